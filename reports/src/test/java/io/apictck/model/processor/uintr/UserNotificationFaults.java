package io.apictck.model.processor.uintr;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorWorld;
import io.apictck.model.processor.Signal;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Faults around user interrupts: in local APICs, processors and APIC virtualization. */
public final class UserNotificationFaults {
  private static final String SEND = "uintr.SendTests";
  private static final String MSR = "uintr.MsrTests";
  private static final String DELIVERY = "uintr.DeliveryTests";
  private static final String APICV = "apicv.UserNotificationTests";
  private static final String IPIV = "ipiv.SendUserIpiTests";
  private static final int COMMAND = 0x300;
  private static final int LAST_OF_OLD_MANUALS = 0xBFF;

  private UserNotificationFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-121",
            "The MSRs of user interrupts are of the x2APIC range",
            chipset(LongRange::new),
            MSR),
        PlantedFault.of(
            "BUG-319",
            "The destination is not shifted in xAPIC mode",
            chipset(UnshiftedDestination::new),
            SEND),
        PlantedFault.of(
            "UINTR-PRIORITY",
            "User interrupts come before interrupts",
            processor(UserFirst::new),
            DELIVERY),
        PlantedFault.of(
            "UINTR-NEEDS-IF",
            "User interrupts need IF",
            processor(NeedsInterruptFlag::new),
            DELIVERY),
        virtualization(
            "APICV-USER-SERVICE",
            "A virtual notification stays in service",
            StaysInService::new,
            APICV),
        virtualization(
            "APICV-USER-SVI",
            "A virtual notification clears all of VISR",
            ClearsService::new,
            APICV),
        virtualization(
            "IPIV-UI-SHADOW",
            "SENDUIPI in a guest goes to the physical local APIC",
            NotVirtualized::new,
            IPIV),
        virtualization(
            "IPIV-UI-FORMAT",
            "SENDUIPI takes the low byte of NDST for the access page",
            LowByte::new,
            IPIV),
        virtualization(
            "IPIV-UI-POST", "SENDUIPI exits with IPI virtualization", AlwaysExits::new, IPIV));
  }

  /** Makes a chipset. */
  @FunctionalInterface
  private interface Chipsets {
    ReferenceChipset make(ModelConfiguration configuration, ChipsetClient client);
  }

  /** Makes a processor. */
  @FunctionalInterface
  private interface Processors {
    Processor make(ProcessorWorld world, int cpu);
  }

  /** Makes APIC virtualization. */
  @FunctionalInterface
  private interface Virtualizations {
    ApicVirtualization make(VmxWorld world);
  }

  private static Function<ModelConfiguration, Platform> chipset(Chipsets chipsets) {
    return machine -> new ReferencePlatform(machine, chipsets::make);
  }

  private static Function<ModelConfiguration, Platform> processor(Processors processors) {
    return machine -> new ReferencePlatform(machine, ReferenceChipset::new, processors::make);
  }

  private static PlantedFault virtualization(
      String id, String title, Virtualizations virtualizations, String suite) {
    return PlantedFault.of(
        id,
        title,
        processor((world, cpu) ->
            new Processor(world, cpu) {
              @Override
              protected ApicVirtualization apicVirtualization(VmxWorld machine) {
                return virtualizations.make(machine);
              }
            }),
        suite);
  }

  private static final class LongRange extends ReferenceChipset {
    LongRange(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    public boolean ownsMsr(int msr) {
      return super.ownsMsr(msr) || (Msr.X2APIC_LAST < msr && msr <= LAST_OF_OLD_MANUALS);
    }
  }

  private static final class UnshiftedDestination extends ReferenceChipset {
    UnshiftedDestination(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    public void commandIpi(int cpu, int vector, int apicId) {
      if (x2apic(cpu)) {
        super.commandIpi(cpu, vector, apicId);
      } else {
        long page = ApicBase.DEFAULT_ADDRESS;
        write(cpu, page + LapicRegister.ICR_HIGH.offset(), Integer.BYTES, apicId);
        write(cpu, page + LapicRegister.ICR.offset(), Integer.BYTES, vector);
      }
    }
  }

  private static final class UserFirst extends Processor {
    UserFirst(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected List<Signal> priority() {
      List<Signal> order = new ArrayList<>(super.priority());
      order.remove(Signal.USER_INTERRUPT);
      order.add(order.indexOf(Signal.INTERRUPT), Signal.USER_INTERRUPT);
      return order;
    }
  }

  private static final class NeedsInterruptFlag extends Processor {
    NeedsInterruptFlag(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean recognizes(Signal signal) {
      return super.recognizes(signal) && (signal != Signal.USER_INTERRUPT || interruptFlag());
    }
  }

  private static final class StaysInService extends ApicVirtualization {
    StaysInService(VmxWorld world) {
      super(world);
    }

    @Override
    public void deliveredToUser(int vector) {
      // as another interrupt
    }
  }

  private static final class ClearsService extends ApicVirtualization {
    ClearsService(VmxWorld world) {
      super(world);
    }

    @Override
    public void deliveredToUser(int vector) {
      super.deliveredToUser(vector);
      for (int other = 0; other <= 0xFF; other++) {
        super.deliveredToUser(other);
      }
    }
  }

  private static final class NotVirtualized extends ApicVirtualization {
    NotVirtualized(VmxWorld world) {
      super(world);
    }

    @Override
    public ApicOutcome sendUserIpi(int vector, int destination) {
      return ApicOutcome.PASSED;
    }
  }

  private static final class LowByte extends ApicVirtualization {
    LowByte(VmxWorld world) {
      super(world);
    }

    @Override
    public ApicOutcome sendUserIpi(int vector, int destination) {
      return super.sendUserIpi(vector, destination << Byte.SIZE);
    }
  }

  private static final class AlwaysExits extends ApicVirtualization {
    AlwaysExits(VmxWorld world) {
      super(world);
    }

    @Override
    public ApicOutcome sendUserIpi(int vector, int destination) {
      ApicOutcome outcome = super.sendUserIpi(vector, destination);
      return outcome.kind() == ApicOutcome.Kind.DONE
          ? ApicOutcome.trapExit(ExitReason.APIC_WRITE, COMMAND)
          : outcome;
    }
  }
}
