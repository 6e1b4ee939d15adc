package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Faults in who is addressed by a message, and who gets it. */
public final class DestinationFaults {
  private DestinationFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-094",
            "Of several receivers the first gets the message twice, the last not at all",
            FaultyMachines.withBus(FirstTwice::new),
            "lapic.icr.FlatDestinationTests",
            "lapic.icr.FixedCombinationTests"),
        PlantedFault.of(
            "BUG-096",
            "Fixed messages go to one receiver, lowest-priority ones to all",
            FaultyMachines.withBus(Swapped::new),
            "lapic.icr.LowestPriorityTests",
            "lapic.icr.FlatDestinationTests"),
        PlantedFault.of(
            "BUG-100",
            "Of two local APICs with the same xAPIC ID one receives",
            FaultyMachines.withBus(OneForEachId::new),
            "lapic.icr.PhysicalDestinationTests"),
        PlantedFault.of(
            "BUG-124",
            "In x2APIC mode the cluster of a logical destination is ignored",
            FaultyMachines.withDestination(ClusterIgnored::new),
            "x2apic.DestinationTests",
            "lapic.icr.X2apicLogicalDestinationTests"),
        PlantedFault.of(
            "BUG-124-LDR",
            "In x2APIC mode every LDR is 1",
            FaultyMachines.withDestination(LdrConstant::new),
            "x2apic.IdentityTests",
            "x2apic.DestinationTests"),
        PlantedFault.of(
            "BUG-125",
            "In x2APIC mode the set of a logical destination is taken for a number",
            FaultyMachines.withDestination(SetAsNumber::new),
            "x2apic.DestinationTests",
            "lapic.icr.X2apicLogicalDestinationTests"),
        PlantedFault.of(
            "BUG-126",
            "In x2APIC mode LDR comes from the processor's index, not from its ID",
            FaultyMachines.withApics(LdrOfIndex::new),
            "x2apic.IdentityTests"));
  }

  private static final class FirstTwice extends ApicBus {
    private final List<LocalApic> apics;

    FirstTwice(LocalApic[] apics) {
      super(apics);
      this.apics = List.of(apics);
    }

    @Override
    boolean deliverToAll(InterruptMessage message, int excluded) {
      List<LocalApic> addressed = new ArrayList<>(apics);
      addressed.removeIf(apic -> !isAddressed(apic, message, excluded));
      if (addressed.size() > 1 && message.mode() == DeliveryMode.FIXED) {
        addressed.set(addressed.size() - 1, addressed.getFirst());
      }
      boolean accepted = false;
      for (LocalApic apic : addressed) {
        accepted |= apic.receive(message);
      }
      return accepted;
    }
  }

  private static final class Swapped extends ApicBus {
    Swapped(LocalApic[] apics) {
      super(apics);
    }

    @Override
    public boolean deliver(InterruptMessage message, int excluded) {
      return switch (message.mode()) {
        case FIXED -> deliverToLowest(message, excluded);
        case LOWEST_PRIORITY -> deliverToAll(message, excluded);
        default -> super.deliver(message, excluded);
      };
    }
  }

  private static final class OneForEachId extends ApicBus {
    /** Processor index of each eight-bit ID. */
    private final Map<Integer, Integer> byId = new HashMap<>();

    OneForEachId(LocalApic[] apics) {
      super(apics);
      for (LocalApic apic : apics) {
        byId.put(apic.initialId() & 0xFF, apic.cpu());
      }
    }

    @Override
    boolean isAddressed(LocalApic apic, InterruptMessage message, int excluded) {
      boolean hidden =
          !message.logical()
              && message.destination() != InterruptMessage.BROADCAST
              && apic.mode() == ApicMode.XAPIC
              && byId.get(apic.initialId() & 0xFF) != apic.cpu();
      return !hidden && super.isAddressed(apic, message, excluded);
    }
  }

  private static final class ClusterIgnored extends Destination {
    @Override
    boolean matchesX2apicLogical(int ldr, int destination) {
      return (ldr & destination & 0xFFFF) != 0;
    }
  }

  private static final class LdrConstant extends Destination {
    @Override
    int logicalX2apicId(int id) {
      return 1;
    }
  }

  private static final class SetAsNumber extends Destination {
    @Override
    boolean matchesX2apicLogical(int ldr, int destination) {
      return ldr >>> 16 == destination >>> 16 && (ldr & 0xFFFF) == 1 << (destination & 0xF);
    }
  }

  private static final class LdrOfIndex extends LocalApic {
    LdrOfIndex(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    int logicalId() {
      return mode() == ApicMode.X2APIC ? destination.logicalX2apicId(cpu()) : super.logicalId();
    }
  }
}
