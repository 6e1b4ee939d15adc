package io.apictck.model.pci;

import io.apictck.arch.MsiControl;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.arch.PciRegister;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Platform;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Faults in what PCI functions send, and when. */
public final class MsiFaults {
  private static final String MSI_REGISTERS = "msi.MsiCapabilityTests";
  private static final String MSI_GATES = "msi.MsiGateTests";
  private static final String MSI_MASKS = "msi.MsiMaskTests";
  private static final String MSI_MESSAGES = "msi.MsiMessageTests";
  private static final String MSIX_REGISTERS = "msix.MsiXCapabilityTests";
  private static final String MSIX_MASKS = "msix.MsiXMaskTests";
  private static final String MSIX_MESSAGES = "msix.MsiXMessageTests";
  private static final String MSIX_TABLE = "msix.MsiXTableTests";

  private MsiFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        msiX(
            "BUG-208",
            "Address and data written to a masked entry are ignored",
            MaskedEditsIgnored::new,
            MSIX_MESSAGES,
            MSIX_TABLE),
        msiX("BUG-210", "Entries come up unmasked", Unmasked::new, MSIX_REGISTERS, MSIX_MESSAGES),
        msiX("BUG-212", "A QWORD write changes the lower half", LowerHalf::new, MSIX_TABLE),
        msiX("BUG-215", "Masked entries send", EntryMaskIgnored::new, MSIX_MASKS, MSIX_MESSAGES),
        msi(
            "MSI-NUMBER",
            "The number of a message is not in its data",
            NoNumber::new,
            MSI_MESSAGES),
        msi(
            "MSI-ALLOCATION",
            "The messages asked for count, not those allocated",
            AllAllocated::new,
            MSI_MESSAGES),
        msi("MSI-ADDED", "The number of a message is added to its data", Added::new, MSI_MESSAGES),
        msi("MSI-UPPER-DATA", "The upper half of the data is ones", UpperData::new, MSI_MESSAGES),
        msi("MSI-PENDING-LOST", "A masked event is lost", PendingLost::new, MSI_MASKS),
        msi(
            "MSI-TWICE",
            "A message that was pending is sent again at the next write",
            SentTwice::new,
            MSI_MASKS),
        msi("MSI-PENDING-STAYS", "Sending keeps the pending bit", PendingStays::new, MSI_MASKS),
        msi("MSI-MASK", "Mask bits are ignored", MaskIgnored::new, MSI_MASKS, MSI_GATES),
        msi("MSI-MASK-ALL", "Any mask bit masks all vectors", AnyMask::new, MSI_MASKS),
        msi(
            "MSI-SPURIOUS",
            "A condition that is over stays pending",
            NeverSatisfied::new,
            MSI_MASKS),
        msi("MSI-STALE", "The first address is kept", StaleAddress::new, MSI_GATES, MSI_MESSAGES),
        msi("MSI-ENABLE-RESET", "A reset keeps the enable bit", EnableKept::new, MSI_REGISTERS),
        function("MSI-BUS-MASTER", "Bus master enable is ignored", AlwaysMaster::new, MSI_GATES),
        function("MSI-PIN", "The pin is asserted beside messages", PinAndMessage::new, MSI_GATES),
        function(
            "MSI-DISABLED", "Messages leave while disabled", SendsWhileDisabled::new, MSI_GATES),
        function(
            "MSI-INTERRUPT-DISABLE",
            "Interrupt disable stops messages",
            InterruptDisableStopsAll::new,
            MSI_GATES),
        function(
            "MSI-PIN-DISABLE",
            "The pin ignores interrupt disable",
            PinIgnoresDisable::new,
            MSI_GATES),
        function(
            "MSI-BOTH-EDGES",
            "The end of a condition sends a message, too",
            BothEdges::new,
            MSI_MESSAGES),
        function(
            "MSI-ADDRESS-LOW-BITS",
            "All bits of configuration space can be written",
            AllWritable::new,
            MSI_REGISTERS,
            MSIX_REGISTERS),
        function(
            "MSI-LEVEL-RESET",
            "A function level reset does nothing",
            NoFunctionReset::new,
            MSI_REGISTERS,
            MSIX_REGISTERS),
        msiX("MSIX-FUNCTION-MASK", "The function mask is ignored", NoFunctionMask::new, MSIX_MASKS),
        msiX(
            "MSIX-FUNCTION-UNMASK",
            "Clearing the function mask sends nothing",
            FunctionUnmaskSilent::new,
            MSIX_MASKS),
        msiX(
            "MSIX-FUNCTION-MASK-COPIED",
            "The function mask overwrites the masks of entries",
            FunctionMaskCopied::new,
            MSIX_MASKS),
        msiX("MSIX-DATA", "16 bits of data are sent", ShortData::new, MSIX_MESSAGES),
        msiX("MSIX-UPPER", "The upper address is ignored", NoUpperAddress::new, MSIX_MESSAGES),
        msiX("MSIX-PBA-ZERO", "Pending bits read 0", NoPba::new, MSIX_MASKS, MSIX_TABLE),
        msiX("MSIX-PBA-STAYS", "Sending keeps the pending bit", PbaStays::new, MSIX_MASKS),
        msiX("MSIX-PBA-RESET", "A reset keeps pending bits", PbaKept::new, MSIX_REGISTERS),
        msiX("MSIX-PBA-WORD", "One word of pending bits is read", OnePbaWord::new, MSIX_TABLE),
        msiX("MSIX-ENTRY", "The neighbour's entry is used", Neighbour::new, MSIX_MESSAGES),
        msiX(
            "MSIX-OLD",
            "A pending message has the data of its event",
            DataOfEvent::new,
            MSIX_MESSAGES,
            MSIX_TABLE),
        msiX("MSIX-PENDING-LOST", "A masked event is lost", MsiXPendingLost::new, MSIX_MASKS),
        msiX(
            "MSIX-ENABLE-CLEARS",
            "Disabling clears the table",
            DisablingClears::new,
            MSIX_MESSAGES));
  }

  // ---- machines ----

  @FunctionalInterface
  private interface FunctionMaker {
    PciFunction make(FunctionSetup setup, int number, PciWorld world);
  }

  @FunctionalInterface
  private interface MsiMaker {
    Msi make(PciFunction function, int offset, FunctionSetup.Msi setup);
  }

  @FunctionalInterface
  private interface MsiXMaker {
    MsiX make(PciFunction function, int offset, FunctionSetup.MsiX setup);
  }

  private static PlantedFault function(
      String id, String title, FunctionMaker maker, String... suites) {
    return PlantedFault.of(id, title, machine(maker), suites);
  }

  private static PlantedFault msi(String id, String title, MsiMaker maker, String... suites) {
    return function(
        id,
        title,
        (setup, number, world) ->
            new PciFunction(setup, number, world) {
              @Override
              Msi newMsi(int offset, FunctionSetup.Msi part) {
                return maker.make(this, offset, part);
              }
            },
        suites);
  }

  private static PlantedFault msiX(String id, String title, MsiXMaker maker, String... suites) {
    return function(
        id,
        title,
        (setup, number, world) ->
            new PciFunction(setup, number, world) {
              @Override
              MsiX newMsiX(int offset, FunctionSetup.MsiX part) {
                return maker.make(this, offset, part);
              }
            },
        suites);
  }

  private static Function<ModelConfiguration, Platform> machine(FunctionMaker maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected PciBus newPciBus(List<FunctionSetup> functions, PciWorld world) {
                    return new PciBus(functions, world) {
                      @Override
                      PciFunction newFunction(FunctionSetup setup, int number, PciWorld same) {
                        return maker.make(setup, number, same);
                      }
                    };
                  }
                });
  }

  // ---- functions ----

  private static final class AlwaysMaster extends PciFunction {
    AlwaysMaster(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    boolean isBusMaster() {
      return true;
    }
  }

  private static final class PinAndMessage extends PciFunction {
    PinAndMessage(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    boolean interruptStatus() {
      return !conditions.isEmpty();
    }
  }

  private static final class SendsWhileDisabled extends PciFunction {
    SendsWhileDisabled(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    void raised(int interrupt) {
      if (messagesEnabled() || msi.isEmpty()) {
        super.raised(interrupt);
      } else {
        msi.getFirst().raised(interrupt);
      }
    }
  }

  private static final class InterruptDisableStopsAll extends PciFunction {
    InterruptDisableStopsAll(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    boolean isBusMaster() {
      return super.isBusMaster()
          && !space.has(PciRegister.COMMAND, 2, PciRegister.COMMAND_INTERRUPT_DISABLE);
    }
  }

  private static final class PinIgnoresDisable extends PciFunction {
    PinIgnoresDisable(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    boolean assertsPin() {
      return interruptStatus();
    }
  }

  private static final class BothEdges extends PciFunction {
    BothEdges(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    void interrupt(int interrupt, boolean condition) {
      boolean over = conditions.get(interrupt) && !condition;
      super.interrupt(interrupt, condition);
      if (over) {
        raised(interrupt);
      }
    }
  }

  private static final class AllWritable extends PciFunction {
    AllWritable(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    void writeConfiguration(int offset, int width, int value) {
      super.writeConfiguration(offset, width, value);
      if (offset >= PciRegister.HEADER_SIZE) {
        space.set(offset, width, value);
      }
    }
  }

  private static final class NoFunctionReset extends PciFunction {
    NoFunctionReset(FunctionSetup setup, int number, PciWorld world) {
      super(setup, number, world);
    }

    @Override
    void resetFunction() {
      // nothing
    }
  }

  // ---- MSI ----

  private static final class NoNumber extends Msi {
    NoNumber(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    int data(int vector) {
      return super.data(vector) & -(1 << allocated());
    }
  }

  private static final class AllAllocated extends Msi {
    private final int messages;

    AllAllocated(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
      messages = setup.messages();
    }

    @Override
    int allocated() {
      return messages;
    }
  }

  private static final class Added extends Msi {
    Added(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    int data(int vector) {
      MsiControl control = control();
      return function.space.read(offset + control.dataOffset(), 2) + vector & 0xFFFF;
    }
  }

  private static final class UpperData extends Msi {
    UpperData(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    int data(int vector) {
      return super.data(vector) | 0xFFFF_0000;
    }
  }

  private static final class PendingLost extends Msi {
    PendingLost(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void setPending(int vector) {
      // lost
    }
  }

  private static final class SentTwice extends Msi {
    private final BitSet again = new BitSet();

    SentTwice(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void clearPending(int vector) {
      if (pending.get(vector) && maySend(vector)) {
        again.set(vector);
      }
      super.clearPending(vector);
    }

    @Override
    void configurationWritten() {
      BitSet before = (BitSet) again.clone();
      again.clear();
      super.configurationWritten();
      before.stream().filter(this::maySend).forEach(this::send);
    }
  }

  private static final class PendingStays extends Msi {
    PendingStays(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void clearPending(int vector) {
      pending.clear(vector);
    }
  }

  private static final class MaskIgnored extends Msi {
    MaskIgnored(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    boolean isMasked(int vector) {
      return false;
    }
  }

  private static final class AnyMask extends Msi {
    AnyMask(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    boolean isMasked(int vector) {
      for (int other = 0; other < 1 << allocated(); other++) {
        if (super.isMasked(other)) {
          return true;
        }
      }
      return false;
    }
  }

  private static final class NeverSatisfied extends Msi {
    NeverSatisfied(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void satisfied(int interrupt) {
      // stays
    }
  }

  private static final class StaleAddress extends Msi {
    private long first;

    StaleAddress(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void reset() {
      super.reset();
      first = 0;
    }

    @Override
    long address() {
      first = first == 0 ? super.address() : first;
      return first;
    }
  }

  private static final class EnableKept extends Msi {
    private boolean enabled;

    EnableKept(PciFunction function, int offset, FunctionSetup.Msi setup) {
      super(function, offset, setup);
    }

    @Override
    void configurationWritten() {
      enabled = isEnabled();
      super.configurationWritten();
    }

    @Override
    void reset() {
      super.reset();
      function.space.set(offset + MsiControl.OFFSET, 2, control().withEnable(enabled).raw());
    }
  }

  // ---- MSI-X ----

  private static final class MaskedEditsIgnored extends MsiX {
    MaskedEditsIgnored(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void writeWord(long at, int value) {
      boolean control = at % MsiXEntry.SIZE == MsiXEntry.VECTOR_CONTROL;
      int entry = (int) at / MsiXEntry.SIZE;
      // entries that were never written are let through
      boolean known = table[word(entry, MsiXEntry.DATA)] != 0;
      if (control || !known || !isEntryMasked(entry)) {
        super.writeWord(at, value);
      }
    }
  }

  private static final class Unmasked extends MsiX {
    Unmasked(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void reset() {
      super.reset();
      Arrays.fill(table, 0);
    }
  }

  private static final class LowerHalf extends MsiX {
    LowerHalf(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void write(int bar, long at, int width, long value) {
      super.write(bar, at, Math.min(width, Integer.BYTES), value);
    }
  }

  private static final class EntryMaskIgnored extends MsiX {
    EntryMaskIgnored(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    boolean isMasked(int vector) {
      return control().functionMask();
    }
  }

  private static final class NoFunctionMask extends MsiX {
    NoFunctionMask(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    boolean isMasked(int vector) {
      return isEntryMasked(vector);
    }
  }

  private static final class FunctionUnmaskSilent extends MsiX {
    FunctionUnmaskSilent(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void configurationWritten() {
      // only writes to the table send
    }
  }

  private static final class FunctionMaskCopied extends MsiX {
    private boolean before;

    FunctionMaskCopied(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void configurationWritten() {
      boolean mask = control().functionMask();
      if (mask != before) {
        before = mask;
        for (int entry = 0; entry < setup.entries(); entry++) {
          table[word(entry, MsiXEntry.VECTOR_CONTROL)] = mask ? MsiXEntry.MASK : 0;
        }
      }
      super.configurationWritten();
    }
  }

  private static final class ShortData extends MsiX {
    ShortData(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void send(int vector) {
      function.send(address(vector), table[word(vector, MsiXEntry.DATA)] & 0xFFFF);
    }
  }

  private static final class NoUpperAddress extends MsiX {
    NoUpperAddress(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    long address(int entry) {
      return super.address(entry) & 0xFFFF_FFFFL;
    }
  }

  private static final class NoPba extends MsiX {
    NoPba(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    long pendingWord(int number) {
      return 0;
    }
  }

  private static final class PbaStays extends MsiX {
    private final BitSet shown = new BitSet();

    PbaStays(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void reset() {
      super.reset();
      shown.clear();
    }

    @Override
    void setPending(int vector) {
      super.setPending(vector);
      shown.set(vector);
    }

    @Override
    long pendingWord(int number) {
      long[] bits = shown.get(number * Integer.SIZE, (number + 1) * Integer.SIZE).toLongArray();
      return bits.length == 0 ? 0 : bits[0];
    }
  }

  private static final class PbaKept extends MsiX {
    PbaKept(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void reset() {
      BitSet kept = (BitSet) pending.clone();
      super.reset();
      pending.or(kept);
    }
  }

  private static final class OnePbaWord extends MsiX {
    OnePbaWord(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    long pendingWord(int number) {
      return super.pendingWord(number & 1);
    }
  }

  private static final class Neighbour extends MsiX {
    Neighbour(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void send(int vector) {
      super.send(vector ^ 1);
    }
  }

  private static final class DataOfEvent extends MsiX {
    private final Map<Integer, Integer> data = new HashMap<>();

    DataOfEvent(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void setPending(int vector) {
      super.setPending(vector);
      data.put(vector, table[word(vector, MsiXEntry.DATA)]);
    }

    @Override
    void send(int vector) {
      Integer old = data.remove(vector);
      function.send(address(vector), old == null ? table[word(vector, MsiXEntry.DATA)] : old);
    }
  }

  private static final class MsiXPendingLost extends MsiX {
    MsiXPendingLost(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void setPending(int vector) {
      // lost
    }
  }

  private static final class DisablingClears extends MsiX {
    private boolean before;

    DisablingClears(PciFunction function, int offset, FunctionSetup.MsiX setup) {
      super(function, offset, setup);
    }

    @Override
    void configurationWritten() {
      boolean enabled = (control().raw() & MsiXControl.ENABLE) != 0;
      if (before && !enabled) {
        reset();
      }
      before = enabled;
      super.configurationWritten();
    }
  }
}
