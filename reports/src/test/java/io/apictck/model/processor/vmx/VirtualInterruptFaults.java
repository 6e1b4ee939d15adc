package io.apictck.model.processor.vmx;

import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorWorld;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/** Faults in what becomes of virtual interrupts. */
public final class VirtualInterruptFaults {
  private static final String DELIVERY = "apicv.DeliveryTests";
  private static final String END = "apicv.EndOfInterruptTests";
  private static final String EVALUATION = "apicv.EvaluationTests";
  private static final String PRIORITY = "apicv.ProcessorPriorityTests";
  private static final String SELF = "apicv.SelfIpiTests";
  private static final String TASK = "apicv.TaskPriorityTests";

  private VirtualInterruptFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        of("BUG-266", "SVI is 0 after each EOI", ForgetsService::new, END),
        of("APICV-EQUAL", "An equal class is delivered", DeliversEqual::new, EVALUATION),
        of("APICV-VPPR", "VPPR keeps the low nibble of SVI", KeepsNibble::new, PRIORITY),
        of("APICV-NIBBLE", "VPPR loses the low nibble of VTPR", DropsNibble::new, PRIORITY, TASK),
        of("APICV-DELIVERED", "VPPR is the vector", VpprIsVector::new, DELIVERY),
        of("APICV-AGAIN", "Delivery leaves recognition", StaysRecognized::new, DELIVERY),
        of("APICV-THRESHOLD", "The threshold counts always", ThresholdCounts::new, TASK),
        of("APICV-RVI", "A self IPI replaces RVI", ReplacesRvi::new, SELF),
        of("APICV-SELF", "A self IPI needs bit 14", NeedsLevel::new, SELF),
        of("APICV-LEGAL", "Illegal vectors are self IPIs", AnyVector::new, SELF),
        of("APICV-RESERVED", "Reserved bits are ignored", NoReservedBits::new, SELF, END, TASK),
        of("APICV-BITMAP", "EOIs exit for the next vector", WrongBit::new, END));
  }

  /** Makes APIC virtualization. */
  @FunctionalInterface
  interface Maker {
    ApicVirtualization make(VmxWorld world);
  }

  static PlantedFault of(String id, String title, Maker maker, String... suites) {
    Function<ModelConfiguration, Platform> machine =
        configuration ->
            new ReferencePlatform(
                configuration,
                ReferenceChipset::new,
                (world, cpu) -> new FaultyProcessor(world, cpu, maker));
    return PlantedFault.of(id, title, machine, suites);
  }

  private static final class FaultyProcessor extends Processor {
    private final Maker maker;

    FaultyProcessor(ProcessorWorld world, int cpu, Maker maker) {
      super(world, cpu);
      this.maker = maker;
    }

    @Override
    protected ApicVirtualization apicVirtualization(VmxWorld machine) {
      return maker.make(machine);
    }
  }

  private static final class ForgetsService extends ApicVirtualization {
    ForgetsService(VmxWorld world) {
      super(world);
    }

    @Override
    protected int serving(int highest) {
      return 0;
    }
  }

  private static final class DeliversEqual extends ApicVirtualization {
    DeliversEqual(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean recognizes(int rvi, int vppr, boolean windowExiting) {
      return !windowExiting && rvi != 0 && rvi >>> 4 >= (vppr & 0xFF) >>> 4;
    }
  }

  private static final class KeepsNibble extends ApicVirtualization {
    KeepsNibble(VmxWorld world) {
      super(world);
    }

    @Override
    protected int processorPriority(int vtpr, int svi) {
      return vtpr >>> 4 >= svi >>> 4 ? vtpr & 0xFF : svi;
    }
  }

  private static final class DropsNibble extends ApicVirtualization {
    DropsNibble(VmxWorld world) {
      super(world);
    }

    @Override
    protected int processorPriority(int vtpr, int svi) {
      return super.processorPriority(vtpr, svi) & 0xF0;
    }
  }

  private static final class VpprIsVector extends ApicVirtualization {
    VpprIsVector(VmxWorld world) {
      super(world);
    }

    @Override
    protected int priorityOfDelivered(int vector) {
      return vector;
    }
  }

  private static final class StaysRecognized extends ApicVirtualization {
    StaysRecognized(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean deliveryEndsRecognition() {
      return false;
    }
  }

  private static final class ThresholdCounts extends ApicVirtualization {
    ThresholdCounts(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean thresholdCounts(boolean interruptDelivery) {
      return true;
    }
  }

  private static final class ReplacesRvi extends ApicVirtualization {
    ReplacesRvi(VmxWorld world) {
      super(world);
    }

    @Override
    protected int requesting(int rvi, int vector) {
      return vector;
    }
  }

  private static final class NeedsLevel extends ApicVirtualization {
    NeedsLevel(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isSelfIpi(int vicr) {
      return super.isSelfIpi(vicr) && (vicr & 1 << 14) != 0;
    }
  }

  private static final class AnyVector extends ApicVirtualization {
    AnyVector(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean isLegal(int vector) {
      return true;
    }
  }

  private static final class NoReservedBits extends ApicVirtualization {
    NoReservedBits(VmxWorld world) {
      super(world);
    }

    @Override
    protected long reservedBits(int msr) {
      return 0;
    }
  }

  private static final class WrongBit extends ApicVirtualization {
    WrongBit(VmxWorld world) {
      super(world);
    }

    @Override
    protected boolean eoiExits(long bitmap, int vector) {
      return super.eoiExits(bitmap, vector + 1);
    }
  }
}
