package io.apictck.model.ioapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Platform;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Faults of the I/O APIC. */
public final class IoApicFaults {
  private static final int LOW_HALF = 0x10;

  private IoApicFaults() {}

  /** Makes an I/O APIC. */
  @FunctionalInterface
  private interface Maker {
    IoApic make(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world);
  }

  private static Function<ModelConfiguration, Platform> with(Maker maker) {
    return machine ->
        new ReferencePlatform(
            machine,
            (configuration, client) ->
                new ReferenceChipset(configuration, client) {
                  @Override
                  protected IoApic newIoApic(IoApicSetup setup) {
                    return maker.make(configuration, setup, ioApicWorld(setup));
                  }
                });
  }

  private static Function<ModelConfiguration, Platform> withTwo(Maker maker) {
    return machine ->
        with(maker)
            .apply(
                new ModelConfiguration(
                    machine.apicIds(),
                    machine.features(),
                    IoApicSetup.several(2, ModelConfiguration.PC_IO_APIC.inputs())));
  }

  private static Platform edgesWithoutTransition(ModelConfiguration machine) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              public void setLine(int gsi, boolean asserted) {
                super.setLine(gsi, false);
                super.setLine(gsi, asserted);
              }
            });
  }

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-168",
            "An EOI sends active levels again although they are in flight",
            with(ResendingWhatIsInFlight::new),
            "ioapic.DirectedEndTests",
            "ioapic.LifeCycleTests"),
        PlantedFault.of(
            "BUG-171",
            "The timer's input goes to CPU 0 whatever its destination",
            with(TimerToFirstProcessor::new),
            "ioapic.AllInputsTests"),
        PlantedFault.of(
            "BUG-173",
            "An EOI does not reach masked entries",
            with(MaskedEntriesMissEnds::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "BUG-174",
            "After an EOI an active line does not interrupt again",
            with(NothingAfterEnd::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "BUG-177",
            "All bits of the ID register are writable",
            with(WideIdentification::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "BUG-179",
            "Entries are unmasked after reset",
            with(UnmaskedAfterReset::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "BUG-180",
            "Changes of an unmasked entry count from its next unmasking on",
            with(RouteOfUnmasking::new),
            "ioapic.EdgeTests"),
        PlantedFault.of(
            "BUG-182",
            "Version 11h has an EOI register",
            with(AlwaysEoiRegister::new),
            "ioapic.WithoutEoiRegisterTests"),
        PlantedFault.of(
            "BUG-183",
            "Asserting an asserted line is an edge",
            IoApicFaults::edgesWithoutTransition,
            "ioapic.EdgeTests"),
        PlantedFault.of(
            "BUG-184",
            "An edge that came while masked is sent at the unmasking",
            with(LatchedEdges::new),
            "ioapic.EdgeTests"),
        PlantedFault.of(
            "BUG-187b",
            "The timer's wire ends at input 0",
            with(TimerAtFirstInput::new),
            "ioapic.AllInputsTests"),
        PlantedFault.of(
            "BUG-189",
            "An ExtINT entry delivers its own vector",
            with(ExternalAsFixed::new),
            "ioapic.ExternalInterruptTests"),
        PlantedFault.of(
            "BUG-190",
            "Physical destinations have four bits",
            with(FourBitDestinations::new),
            "ioapic.DestinationTests"),
        PlantedFault.crash(
            "BUG-191",
            "The index behind the last entry reaches the table",
            with(OneEntryTooMany::new),
            "ioapic.ReservedRegisterTests"),
        PlantedFault.crash(
            "BUG-192",
            "A write to the version register kills the implementation",
            with(FatalVersionWrite::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "BUG-193",
            "The polarity bit inverts lines that are logical already",
            with(InvertedLines::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "BUG-195",
            "After a change of the destination in flight the EOI is lost",
            with((configuration, setup, world) ->
                new LosingEnds(configuration, setup, world, RedirectionEntry.of(0xFFL << 56))),
            "ioapic.LevelTests",
            "kut.IoApicTests"),
        PlantedFault.of(
            "BUG-196",
            "After a change of the destination mode in flight the EOI is lost",
            with((configuration, setup, world) ->
                new LosingEnds(
                    configuration, setup, world, RedirectionEntry.of(RedirectionEntry.LOGICAL))),
            "ioapic.LifeCycleTests"),
        PlantedFault.of(
            "BUG-197",
            "A level that is sent when its entry is written has the old vector",
            with(StaleRoute::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "BUG-200",
            "The low half counts before the high half that was written first",
            with(LateHighHalf::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-ARBITRATION",
            "The arbitration register is writable",
            with(WritableArbitration::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "IOA-DELIVERY-STATUS",
            "Delivery status shows the line of a level",
            with(StatusOfLine::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-EDGE-IN-FLIGHT",
            "Edges set remote IRR and wait for EOI",
            with(EdgesInFlight::new),
            "ioapic.EdgeTests"),
        PlantedFault.of(
            "IOA-EDGE-RESENT",
            "An EOI sends edge inputs again whose line is active",
            with(EdgesAfterEnd::new),
            "ioapic.EdgeTests",
            "ioapic.DirectedEndTests"),
        PlantedFault.of(
            "IOA-EXTENDED-IGNORED",
            "Extended destination bits are ignored",
            with(ShortDestinations::new),
            "ioapic.DestinationTests"),
        PlantedFault.of(
            "IOA-FALLING-EDGE",
            "The fall of a line is an edge",
            with(FallingEdges::new),
            "ioapic.EdgeTests"),
        PlantedFault.of(
            "IOA-FIRST-END",
            "Of several inputs with a vector EOI frees the first one",
            with(FirstEnd::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-HALVES",
            "A write to one half of an entry clears the vector in the other",
            with(SpoilingHalves::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "IOA-LAST-INPUT",
            "The last input is dead",
            with(DeadLastInput::new),
            "ioapic.AllInputsTests"),
        PlantedFault.of(
            "IOA-LEVEL-AS-EDGE",
            "Messages of level inputs are edges",
            with(LevelsAsEdges::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-LOGICAL-IGNORED",
            "Logical destinations are taken for physical ones",
            with(AlwaysPhysical::new),
            "ioapic.DestinationTests"),
        PlantedFault.of(
            "IOA-LOWEST-ALL",
            "Lowest priority goes to the whole set",
            with(LowestToAll::new),
            "ioapic.LowestPriorityTests"),
        PlantedFault.of(
            "IOA-MASK-FORGETS",
            "Masking clears remote IRR",
            with(ForgettingMask::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-MISSED-UNMASK",
            "Unmasking a level whose line is active sends nothing",
            with(MissedUnmask::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-MOVED-LEVEL",
            "A new destination gets the level that is in flight at the old one",
            with(MovedLevel::new),
            "ioapic.LevelTests",
            "ioapic.LifeCycleTests"),
        PlantedFault.of(
            "IOA-NMI-VECTOR",
            "An NMI entry delivers its vector",
            with(NmiAsFixed::new),
            "ioapic.DeliveryModeTests"),
        PlantedFault.of(
            "IOA-REMEMBERED-RISE",
            "A rise in flight is sent after EOI although the line fell",
            with(RememberedRise::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-REWRITE",
            "Any write to an entry in flight clears remote IRR",
            with(WrittenInFlight::new),
            "ioapic.LevelTests"),
        PlantedFault.of(
            "IOA-SECOND-DEAF",
            "EOI broadcasts reach the first I/O APIC only",
            withTwo(SecondIsDeaf::new),
            "lapic.eoi.BroadcastTests"),
        PlantedFault.of(
            "IOA-SELECT-MOVES",
            "An access of the window moves the selection on",
            with(MovingSelection::new),
            "ioapic.RegisterTests"),
        PlantedFault.of(
            "IOA-SILENT-DIRECTED-END",
            "After a directed EOI an active line does not interrupt again",
            with(SilentDirectedEnd::new),
            "ioapic.DirectedEndTests"),
        PlantedFault.of(
            "IOA-BLOCKED-EDGE",
            "A vector that a level had in flight blocks the edge that its entry becomes later",
            with(BlockedAfterLevel::new),
            "ioapic.LifeCycleTests"));
  }

  private static final class ResendingWhatIsInFlight extends IoApic {
    ResendingWhatIsInFlight(
        ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void endOfInterrupt(int vector) {
      super.endOfInterrupt(vector);
      for (int input = 0; input < inputs; input++) {
        if (lines[input] && entries[input].remoteIrr() && entries[input].vector() != vector) {
          end(input);
        }
      }
    }
  }

  private static final class TimerToFirstProcessor extends IoApic {
    TimerToFirstProcessor(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    boolean send(int input, RedirectionEntry entry) {
      return super.send(input, input == 2 ? entry.withDestination(0) : entry);
    }
  }

  private static final class MaskedEntriesMissEnds extends IoApic {
    MaskedEntriesMissEnds(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void end(int input) {
      if (!entries[input].masked()) {
        super.end(input);
      }
    }
  }

  private static final class NothingAfterEnd extends IoApic {
    NothingAfterEnd(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void end(int input) {
      entries[input] = entries[input].withRemoteIrr(false);
    }
  }

  private static final class WideIdentification extends IoApic {
    WideIdentification(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int idBits() {
      return -1;
    }
  }

  private static final class UnmaskedAfterReset extends IoApic {
    UnmaskedAfterReset(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void reset() {
      super.reset();
      Arrays.fill(entries, RedirectionEntry.of(0));
    }
  }

  private static final class RouteOfUnmasking extends IoApic {
    private final RedirectionEntry[] routes = new RedirectionEntry[IoApicSetup.MAX_INPUTS];

    RouteOfUnmasking(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeEntry(int input, long value) {
      if (entries[input].masked() || routes[input] == null) {
        routes[input] = RedirectionEntry.of(value);
      }
      super.writeEntry(input, value);
    }

    @Override
    boolean send(int input, RedirectionEntry entry) {
      return super.send(input, routes[input]);
    }
  }

  private static final class AlwaysEoiRegister extends IoApic {
    AlwaysEoiRegister(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void directedEnd(int vector) {
      endOfInterrupt(vector);
    }
  }

  private static final class LatchedEdges extends IoApic {
    private final boolean[] latched = new boolean[IoApicSetup.MAX_INPUTS];

    LatchedEdges(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void requestEdge(int input) {
      latched[input] |= entries[input].masked();
      super.requestEdge(input);
    }

    @Override
    void unmasked(int input) {
      if (latched[input]) {
        latched[input] = false;
        requestEdge(input);
      }
    }
  }

  private static final class TimerAtFirstInput extends IoApic {
    TimerAtFirstInput(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void setLine(int input, boolean asserted) {
      super.setLine(input == 2 ? 0 : input, asserted);
    }
  }

  private static final class ExternalAsFixed extends IoApic {
    ExternalAsFixed(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    InterruptMessage message(RedirectionEntry entry) {
      return super.message(
          entry.deliveryMode() == DeliveryMode.EXT_INT
              ? entry.withDeliveryMode(DeliveryMode.FIXED)
              : entry);
    }
  }

  private static final class FourBitDestinations extends IoApic {
    FourBitDestinations(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int destination(RedirectionEntry entry) {
      return entry.logical() ? super.destination(entry) : entry.destination() & 0xF;
    }
  }

  private static final class OneEntryTooMany extends IoApic {
    OneEntryTooMany(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int input(int index) {
      int input = (index - LOW_HALF) >> 1;
      return input <= inputs ? input : -1;
    }
  }

  private static final class FatalVersionWrite extends IoApic {
    FatalVersionWrite(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeRegister(int index, int value) {
      if (index == 1) {
        throw new IllegalStateException("the version register is read-only");
      }
      super.writeRegister(index, value);
    }
  }

  private static final class InvertedLines extends IoApic {
    InvertedLines(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void setLine(int input, boolean asserted) {
      boolean inverted = input >= 0 && input < inputs && entries[input].activeLow();
      super.setLine(input, asserted != inverted);
    }
  }

  /** Forgets the EOI if some bits of the entry are not those that the message had. */
  private static final class LosingEnds extends IoApic {
    private final RedirectionEntry[] sent = new RedirectionEntry[IoApicSetup.MAX_INPUTS];
    private final long compared;

    LosingEnds(
        ModelConfiguration configuration,
        IoApicSetup setup,
        IoApicWorld world,
        RedirectionEntry compared) {
      super(configuration, setup, world);
      this.compared = compared.raw();
    }

    @Override
    boolean send(int input, RedirectionEntry entry) {
      sent[input] = entry;
      return super.send(input, entry);
    }

    @Override
    void end(int input) {
      if (((sent[input].raw() ^ entries[input].raw()) & compared) == 0) {
        super.end(input);
      }
    }
  }

  private static final class StaleRoute extends IoApic {
    private RedirectionEntry stale = RedirectionEntry.RESET;

    StaleRoute(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeEntry(int input, long value) {
      stale = entries[input];
      super.writeEntry(input, value);
      stale = RedirectionEntry.RESET;
    }

    @Override
    boolean send(int input, RedirectionEntry entry) {
      return super.send(
          input, stale.equals(RedirectionEntry.RESET) ? entry : entry.withVector(stale.vector()));
    }
  }

  private static final class LateHighHalf extends IoApic {
    private int late;
    private int lateValue;

    LateHighHalf(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeRegister(int index, int value) {
      if (input(index) >= 0 && (index & 1) != 0) {
        late = index;
        lateValue = value;
        return;
      }
      super.writeRegister(index, value);
      if (late > 0) {
        super.writeRegister(late, lateValue);
        late = 0;
      }
    }

    @Override
    int readRegister(int index) {
      return index == late ? lateValue : super.readRegister(index);
    }
  }

  private static final class WritableArbitration extends IoApic {
    WritableArbitration(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeRegister(int index, int value) {
      super.writeRegister(index, value);
      if (index == 2) {
        loadArbitrationId(value & idBits());
      }
    }
  }

  private static final class StatusOfLine extends IoApic {
    StatusOfLine(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int readRegister(int index) {
      int input = input(index);
      boolean shown = input >= 0 && (index & 1) == 0 && lines[input] && entries[input].level();
      return super.readRegister(index) | (shown ? (int) RedirectionEntry.DELIVERY_STATUS : 0);
    }
  }

  private static final class EdgesInFlight extends IoApic {
    EdgesInFlight(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void requestEdge(int input) {
      if (entries[input].level() || entries[input].remoteIrr()) {
        return;
      }
      super.requestEdge(input);
      entries[input] = entries[input].withRemoteIrr(!entries[input].masked());
    }
  }

  private static final class EdgesAfterEnd extends IoApic {
    EdgesAfterEnd(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void endOfInterrupt(int vector) {
      super.endOfInterrupt(vector);
      for (int input = 0; input < inputs; input++) {
        if (lines[input] && entries[input].vector() == vector) {
          requestEdge(input);
        }
      }
    }
  }

  private static final class ShortDestinations extends IoApic {
    ShortDestinations(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int destination(RedirectionEntry entry) {
      return InterruptMessage.widened(entry.destination());
    }
  }

  private static final class FallingEdges extends IoApic {
    FallingEdges(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void setLine(int input, boolean asserted) {
      boolean falls = input >= 0 && input < inputs && lines[input] && !asserted;
      super.setLine(input, asserted);
      if (falls) {
        requestEdge(input);
      }
    }
  }

  private static final class FirstEnd extends IoApic {
    FirstEnd(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void endOfInterrupt(int vector) {
      for (int input = 0; input < inputs; input++) {
        if (entries[input].remoteIrr() && entries[input].vector() == vector) {
          end(input);
          return;
        }
      }
    }
  }

  private static final class SpoilingHalves extends IoApic {
    SpoilingHalves(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeRegister(int index, int value) {
      super.writeRegister(index, value);
      int input = input(index);
      if (input >= 0 && (index & 1) != 0) {
        entries[input] = entries[input].withVector(0);
      }
    }
  }

  private static final class DeadLastInput extends IoApic {
    DeadLastInput(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void setLine(int input, boolean asserted) {
      if (input != inputs - 1) {
        super.setLine(input, asserted);
      }
    }
  }

  private static final class LevelsAsEdges extends IoApic {
    LevelsAsEdges(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    InterruptMessage message(RedirectionEntry entry) {
      return super.message(entry.withLevel(false));
    }
  }

  private static final class AlwaysPhysical extends IoApic {
    AlwaysPhysical(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    InterruptMessage message(RedirectionEntry entry) {
      return super.message(entry.withLogical(false));
    }
  }

  private static final class LowestToAll extends IoApic {
    LowestToAll(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    InterruptMessage message(RedirectionEntry entry) {
      return super.message(
          entry.deliveryMode() == DeliveryMode.LOWEST_PRIORITY
              ? entry.withDeliveryMode(DeliveryMode.FIXED)
              : entry);
    }
  }

  private static final class ForgettingMask extends IoApic {
    private boolean forgetting;

    ForgettingMask(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    long readOnly(RedirectionEntry entry) {
      return forgetting ? 0 : super.readOnly(entry);
    }

    @Override
    void writeEntry(int input, long value) {
      forgetting = RedirectionEntry.of(value).masked() && !entries[input].masked();
      super.writeEntry(input, value);
      forgetting = false;
    }
  }

  private static final class MissedUnmask extends IoApic {
    private boolean writing;

    MissedUnmask(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void requestLevel(int input) {
      if (!writing) {
        super.requestLevel(input);
      }
    }

    @Override
    void writeEntry(int input, long value) {
      writing = true;
      super.writeEntry(input, value);
      writing = false;
    }
  }

  private static final class MovedLevel extends IoApic {
    MovedLevel(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void writeEntry(int input, long value) {
      if (entries[input].destination() != RedirectionEntry.of(value).destination()) {
        entries[input] = entries[input].withRemoteIrr(false);
      }
      super.writeEntry(input, value);
    }
  }

  private static final class NmiAsFixed extends IoApic {
    NmiAsFixed(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    InterruptMessage message(RedirectionEntry entry) {
      return super.message(
          entry.deliveryMode() == DeliveryMode.NMI
              ? entry.withDeliveryMode(DeliveryMode.FIXED)
              : entry);
    }
  }

  private static final class RememberedRise extends IoApic {
    private final boolean[] risen = new boolean[IoApicSetup.MAX_INPUTS];

    RememberedRise(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    public void setLine(int input, boolean asserted) {
      if (input >= 0 && input < inputs && asserted && !lines[input]) {
        risen[input] = entries[input].remoteIrr();
      }
      super.setLine(input, asserted);
    }

    @Override
    void end(int input) {
      boolean again = risen[input] && !lines[input];
      risen[input] = false;
      super.end(input);
      if (again) {
        send(input, entries[input]);
      }
    }
  }

  private static final class WrittenInFlight extends IoApic {
    WrittenInFlight(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    long readOnly(RedirectionEntry entry) {
      return 0;
    }
  }

  private static final class SecondIsDeaf extends IoApic {
    private final boolean deaf;

    SecondIsDeaf(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
      deaf = setup.gsiBase() > 0;
    }

    @Override
    public void endOfInterrupt(int vector) {
      if (!deaf) {
        super.endOfInterrupt(vector);
      }
    }
  }

  private static final class MovingSelection extends IoApic {
    MovingSelection(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    int readRegister(int index) {
      int value = super.readRegister(index);
      select(index + 1);
      return value;
    }
  }

  private static final class SilentDirectedEnd extends IoApic {
    SilentDirectedEnd(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    void directedEnd(int vector) {
      for (int input = 0; input < inputs; input++) {
        if (entries[input].vector() == vector) {
          entries[input] = entries[input].withRemoteIrr(false);
        }
      }
    }
  }

  private static final class BlockedAfterLevel extends IoApic {
    private final int[] levelVector = new int[IoApicSetup.MAX_INPUTS];

    BlockedAfterLevel(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
      super(configuration, setup, world);
    }

    @Override
    boolean send(int input, RedirectionEntry entry) {
      if (entry.level()) {
        levelVector[input] = entry.vector();
      } else if (levelVector[input] == entry.vector()) {
        levelVector[input] = 0;
        return true;
      }
      return super.send(input, entry);
    }
  }
}
