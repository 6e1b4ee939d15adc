package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.lapic.InterruptMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Faults in what becomes of an interrupt request at a remapping unit. */
public final class RemappingFaults {
  private static final String DESTINATIONS = "remapping.DestinationTests";
  private static final String ENTRIES = "remapping.EntryTests";
  private static final String BITS = "remapping.EntryBitTests";
  private static final String CACHE = "remapping.EntryCacheTests";
  private static final String FORMATS = "remapping.FormatTests";
  private static final String FUNCTIONS = "remapping.FunctionTests";
  private static final String INDICES = "remapping.IndexTests";
  private static final String INPUTS = "remapping.InputTests";
  private static final String RECORDS = "remapping.FaultRecordTests";
  private static final String SOURCES = "remapping.SourceValidationTests";
  private static final String UPDATES = "remapping.EntryUpdateTests";

  private RemappingFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        source("BUG-218", "No source is checked", new NoSource(), SOURCES),
        remapper("BUG-220", "One bit of the delivery mode counts", OneBitOfMode::new, ENTRIES),
        remapper("BUG-221", "The format bit is ignored", AlwaysRemappable::new, FORMATS, INPUTS),
        PlantedFault.of(
            "BUG-224",
            "Inputs of all I/O APICs share one map to indices",
            FaultyUnits.inputs(new SharedMap()),
            INPUTS),
        remapper("BUG-225", "Destinations have eight bits", EightBits::new, DESTINATIONS),
        PlantedFault.of(
            "BUG-227",
            "A selective invalidation ignores its mask",
            FaultyUnits.cache(_ -> new ExactIndex()),
            CACHE),
        remapper("BUG-235", "Compatibility format always passes", AlwaysPasses::new, FORMATS),
        remapper(
            "IR-EXTENDED-PASSES",
            "Compatibility format passes in extended mode",
            PassesExtended::new,
            FORMATS),
        remapper("IR-SUBHANDLE", "The subhandle is ignored", NoSubhandle::new, INDICES, FUNCTIONS),
        remapper("IR-SUBHANDLE-OR", "The subhandle is or-ed", OrSubhandle::new, INDICES),
        remapper(
            "IR-SUBHANDLE-ALWAYS",
            "Data is a subhandle without SHV, too",
            AlwaysSubhandle::new,
            INDICES,
            ENTRIES),
        remapper("IR-HANDLE", "Handles have 15 bits", ShortHandle::new, INDICES),
        remapper("IR-DATA", "Reserved data is ignored", NoReservedData::new, INDICES),
        walker("IR-SIZE", "A table has half its entries", HalfTable::new, INDICES),
        walker("IR-SIZE-END", "A table has one entry more", OneMore::new, INDICES),
        walker("IR-CACHE-ALL", "Entries are cached before they are checked", Eager::new, CACHE),
        PlantedFault.of(
            "IR-CACHE-HALF",
            "Of a cached entry the upper half is read again",
            FaultyUnits.cache(unit -> new Mixing(unit, RemappingFaults::lowerOfFirst)),
            UPDATES),
        PlantedFault.of(
            "IR-CACHE-LOWER",
            "Of a cached entry the lower half is read again",
            FaultyUnits.cache(
                unit -> new Mixing(unit, (cached, read) -> lowerOfFirst(read, cached))),
            UPDATES),
        remapper("IR-PRESENT", "Form and source come before presence", LatePresence::new, INDICES),
        remapper("IR-FPD", "Fault processing disable is ignored", AlwaysRecorded::new, RECORDS),
        remapper(
            "IR-FPD-SOURCE",
            "Without fault processing no source is checked",
            UncheckedSilent::new,
            SOURCES),
        remapper("IR-TRIGGER", "All interrupts are edges", EdgesOnly::new, ENTRIES, INPUTS),
        remapper("IR-LOGICAL", "All destinations are physical", PhysicalOnly::new, DESTINATIONS),
        remapper("IR-HINT", "The redirection hint is ignored", NoHint::new, DESTINATIONS),
        remapper("IR-TE", "DMA remapping blocks interrupts", BlockedByDma::new, RECORDS),
        source("IR-BUS", "The range of buses is read the wrong way round", new Reversed(), SOURCES),
        source("IR-BUS-END", "The last bus is not accepted", new OpenEnd(), SOURCES),
        source("IR-QUALIFIER", "Two qualifiers are exchanged", new Exchanged(), SOURCES),
        source("IR-QUALIFIER-NONE", "Qualifiers are ignored", new NoQualifier(), SOURCES),
        remapper(
            "IR-POSTED-SOURCE",
            "Entries of posted format have no source",
            PostedUnchecked::new,
            SOURCES),
        entry("IR-RESERVED", "Bits 31:24 are ignored", new Without(0xFF00_0000L, 0), BITS),
        entry("IR-RESERVED-URG", "Bit 14 is ignored", new Without(1L << 14, 0), BITS),
        entry("IR-RESERVED-HIGH", "Bits 127:84 are ignored", new Without(0, ~0xF_FFFFL), BITS),
        entry(
            "IR-RESERVED-ID",
            "Bits of long IDs are ignored in xAPIC mode",
            new Without(RemappedEntry.XAPIC_RESERVED, 0),
            BITS),
        entry("IR-AVAILABLE", "Bits for software are reserved", new NoneForSoftware(), ENTRIES),
        PlantedFault.of(
            "IR-INPUT-INDEX",
            "Bit 15 of the index of an input is lost",
            FaultyUnits.inputs(
                (setup, entry) -> RemappableRedirectionEntry.of(entry.raw() & ~(1L << 11)).entry()),
            INPUTS),
        PlantedFault.of(
            "IR-INPUT-SUBHANDLE",
            "The vector of an input is added to its index",
            FaultyUnits.inputs((setup, entry) -> {
              RemappableRedirectionEntry sent = RemappableRedirectionEntry.of(entry.raw());
              return sent.isRemappable()
                  ? sent.withIndex(sent.index() + sent.vector()).entry()
                  : entry;
            }),
            INPUTS));
  }

  private static PlantedFault remapper(
      String id, String title, Function<RemappingUnit, Remapper> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.remapper(maker), suites);
  }

  private static PlantedFault walker(
      String id, String title, Function<RemappingUnit, TableWalker> maker, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.walker(maker), suites);
  }

  private static PlantedFault source(String id, String title, SourceCheck check, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.sources(check), suites);
  }

  private static PlantedFault entry(String id, String title, EntryCheck check, String... suites) {
    return PlantedFault.of(id, title, FaultyUnits.entries(check), suites);
  }

  // ---- requests ----

  private static final class AlwaysRemappable extends Remapper {
    AlwaysRemappable(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isRemappable(RemappingRequest request) {
      return true;
    }
  }

  private static final class AlwaysPasses extends Remapper {
    AlwaysPasses(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean passesCompatibility() {
      return true;
    }
  }

  private static final class PassesExtended extends Remapper {
    PassesExtended(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean passesCompatibility() {
      return unit.commands.isOn(GlobalCommand.CFI);
    }
  }

  private static final class NoSubhandle extends Remapper {
    NoSubhandle(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int index(RemappingRequest request) {
      return request.handle();
    }
  }

  private static final class OrSubhandle extends Remapper {
    OrSubhandle(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int index(RemappingRequest request) {
      return request.subhandleValid() ? request.handle() | request.data() : request.handle();
    }
  }

  private static final class AlwaysSubhandle extends Remapper {
    AlwaysSubhandle(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int index(RemappingRequest request) {
      return request.handle() + (request.data() & 0xFFFF);
    }
  }

  private static final class ShortHandle extends Remapper {
    ShortHandle(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int index(RemappingRequest request) {
      return super.index(request) & 0x7FFF;
    }
  }

  private static final class NoReservedData extends Remapper {
    NoReservedData(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean hasReserved(RemappingRequest request) {
      return false;
    }
  }

  private static final class SharedMap implements FaultyUnits.Sender {
    private static final int INPUTS = 24;

    /** The first index that any I/O APIC used with a vector modulo the number of inputs. */
    private final Map<Integer, Integer> indices = new HashMap<>();

    @Override
    public RedirectionEntry sent(IoApicSetup setup, RedirectionEntry entry) {
      RemappableRedirectionEntry sent = RemappableRedirectionEntry.of(entry.raw());
      if (!sent.isRemappable()) {
        return entry;
      }
      int index = indices.computeIfAbsent(sent.index() % INPUTS, _ -> sent.index());
      return sent.withIndex(index).entry();
    }
  }

  // ---- the table ----

  private static final class HalfTable extends TableWalker {
    HalfTable(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean contains(int index) {
      return super.contains(index) && index < unit.commands.table.entries() / 2;
    }
  }

  private static final class OneMore extends TableWalker {
    OneMore(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean contains(int index) {
      return index <= unit.commands.table.entries();
    }
  }

  private static final class Eager extends TableWalker {
    Eager(RemappingUnit unit) {
      super(unit);
    }

    @Override
    @Nullable RemappingEntry read(int index) {
      RemappingEntry entry = super.read(index);
      if (entry != null) {
        unit.cache.put(index, entry);
      }
      return entry;
    }
  }

  private static final class ExactIndex extends EntryCache {
    @Override
    void invalidate(int index, int mask) {
      super.invalidate(index, 0);
    }
  }

  private static RemappingEntry lowerOfFirst(RemappingEntry first, RemappingEntry second) {
    return RemappingEntry.of(first.low(), second.high());
  }

  /** Serves a mixture of the cached entry and the one in memory. */
  private static final class Mixing extends EntryCache {
    private final RemappingUnit unit;
    private final BinaryOperator<RemappingEntry> mixture;

    Mixing(RemappingUnit unit, BinaryOperator<RemappingEntry> mixture) {
      this.unit = unit;
      this.mixture = mixture;
    }

    @Override
    @Nullable RemappingEntry get(int index) {
      RemappingEntry cached = super.get(index);
      RemappingEntry read = cached == null ? null : unit.walker.read(index);
      return read == null ? cached : mixture.apply(cached, read);
    }
  }

  // ---- checks ----

  private static final class LatePresence extends Remapper {
    LatePresence(RemappingUnit unit) {
      super(unit);
    }

    @Override
    Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
      RemappingEntry present =
          RemappingEntry.of(entry.low() | RemappingEntry.PRESENT, entry.high());
      Optional<FaultReason> fault = super.check(present, sourceId);
      return fault.isPresent() ? fault : super.check(entry, sourceId);
    }
  }

  private static final class AlwaysRecorded extends Remapper {
    AlwaysRecorded(RemappingUnit unit) {
      super(unit);
    }

    @Override
    boolean isRecorded(FaultReason reason, RemappingEntry entry) {
      return true;
    }
  }

  private static final class UncheckedSilent extends Remapper {
    UncheckedSilent(RemappingUnit unit) {
      super(unit);
    }

    @Override
    Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
      return super.check(entry, sourceId)
          .filter(reason -> reason != FaultReason.SOURCE || !entry.faultProcessingDisabled());
    }
  }

  private static final class PostedUnchecked extends Remapper {
    PostedUnchecked(RemappingUnit unit) {
      super(unit);
    }

    @Override
    Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
      return super.check(entry, sourceId)
          .filter(
              reason -> reason != FaultReason.SOURCE || (entry.low() & RemappingEntry.POSTED) == 0);
    }
  }

  private static final class BlockedByDma extends Remapper {
    BlockedByDma(RemappingUnit unit) {
      super(unit);
    }

    @Override
    Optional<FaultReason> check(RemappingEntry entry, int sourceId) {
      return unit.commands.isOn(GlobalCommand.TE)
          ? Optional.of(FaultReason.SOURCE)
          : super.check(entry, sourceId);
    }
  }

  private static final class NoSource extends SourceCheck {
    @Override
    boolean accepts(SourceValidation wanted, int sourceId) {
      return true;
    }
  }

  private static final class Reversed extends SourceCheck {
    @Override
    boolean isInRange(int range, int bus) {
      return (range & 0xFF) <= bus && bus <= range >>> 8;
    }
  }

  private static final class OpenEnd extends SourceCheck {
    @Override
    boolean isInRange(int range, int bus) {
      return super.isInRange(range, bus) && bus != (range & 0xFF);
    }
  }

  private static final class Exchanged extends SourceCheck {
    @Override
    int compared(int qualifier) {
      return super.compared(qualifier == 0 ? 0 : qualifier ^ 3);
    }
  }

  private static final class NoQualifier extends SourceCheck {
    @Override
    int compared(int qualifier) {
      return ~0;
    }
  }

  /** Without some of the reserved bits. */
  private static final class Without extends EntryCheck {
    private final long low;
    private final long high;

    Without(long low, long high) {
      super(true);
      this.low = low;
      this.high = high;
    }

    @Override
    boolean isInvalidRemapped(RemappedEntry entry, boolean extended) {
      return super.isInvalidRemapped(
          RemappedEntry.of(entry.low() & ~low, entry.high() & ~high), extended);
    }
  }

  private static final class NoneForSoftware extends EntryCheck {
    NoneForSoftware() {
      super(true);
    }

    @Override
    boolean isInvalidRemapped(RemappedEntry entry, boolean extended) {
      return entry.available() != 0 || super.isInvalidRemapped(entry, extended);
    }
  }

  // ---- messages ----

  private static final class OneBitOfMode extends Remapper {
    OneBitOfMode(RemappingUnit unit) {
      super(unit);
    }

    @Override
    DeliveryMode mode(RemappedEntry entry) {
      return DeliveryMode.of(super.mode(entry).code() & 1);
    }
  }

  private static final class EightBits extends Remapper {
    EightBits(RemappingUnit unit) {
      super(unit);
    }

    @Override
    int destination(RemappedEntry entry) {
      return super.destination(entry) & 0xFF;
    }
  }

  private static final class EdgesOnly extends Remapper {
    EdgesOnly(RemappingUnit unit) {
      super(unit);
    }

    @Override
    InterruptMessage message(RemappedEntry entry) {
      return super.message(entry.withLevel(false));
    }
  }

  private static final class PhysicalOnly extends Remapper {
    PhysicalOnly(RemappingUnit unit) {
      super(unit);
    }

    @Override
    InterruptMessage message(RemappedEntry entry) {
      return super.message(entry.withLogical(false));
    }
  }

  private static final class NoHint extends Remapper {
    NoHint(RemappingUnit unit) {
      super(unit);
    }

    @Override
    DeliveryMode mode(RemappedEntry entry) {
      return super.mode(entry.withRedirectionHint(false));
    }
  }
}
