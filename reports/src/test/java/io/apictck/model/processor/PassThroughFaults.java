package io.apictck.model.processor;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Faults that guests with the physical local APIC suffer from. */
public final class PassThroughFaults {
  private static final String MSRS = "passthrough.OpenMsrTests";
  private static final String IPIS = "passthrough.IpiTests";
  private static final String INTERRUPTS = "passthrough.InterruptTests";
  private static final String COUNTS = "experiment.ExitCountTests";

  private PassThroughFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        fault("PT-EXITING", "Interrupts exit always", AlwaysExits::new, INTERRUPTS),
        fault("PT-IF", "Interrupts do not exit while IF is 1", ExitsWithoutIf::new, COUNTS),
        fault("PT-BITMAP", "MSRs of the local APIC exit always", ClosedMsrs::new, MSRS),
        fault("PT-READS", "The bitmap of reads is ignored", OpenReads::new, MSRS),
        fault(
            "BUG-304",
            "A command of the guest reaches the physical ICR as it is",
            OpenWrites::new,
            IPIS,
            MSRS),
        fault("PT-NMI", "NMI exits always", NmiExits::new, INTERRUPTS, IPIS),
        fault("PT-INIT", "INIT resets in root operation", InitInRoot::new, INTERRUPTS),
        fault("PT-HLT", "Interrupts do not wake a halted guest", SleepsOn::new, INTERRUPTS));
  }

  private static PlantedFault fault(
      String id, String title, Supplier<VmxDecisions> decisions, String... suites) {
    return PlantedFault.of(id, title, with(decisions), suites);
  }

  private static Function<ModelConfiguration, Platform> with(Supplier<VmxDecisions> decisions) {
    return machine ->
        new ReferencePlatform(
            machine,
            ReferenceChipset::new,
            (world, cpu) ->
                new Processor(world, cpu) {
                  @Override
                  protected VmxDecisions vmxDecisions() {
                    return decisions.get();
                  }
                });
  }

  private static boolean isOfLocalApic(int msr) {
    return Msr.X2APIC_FIRST <= msr && msr <= Msr.X2APIC_LAST;
  }

  private static final class AlwaysExits extends VmxDecisions {
    @Override
    protected boolean externalInterruptExits(Vmcs vmcs, boolean interruptFlag) {
      return true;
    }
  }

  private static final class ExitsWithoutIf extends VmxDecisions {
    @Override
    protected boolean externalInterruptExits(Vmcs vmcs, boolean interruptFlag) {
      return super.externalInterruptExits(vmcs, interruptFlag) && !interruptFlag;
    }
  }

  private static final class ClosedMsrs extends VmxDecisions {
    @Override
    protected boolean msrExits(boolean intercepted, int msr, boolean write) {
      return intercepted || isOfLocalApic(msr);
    }
  }

  private static final class OpenReads extends VmxDecisions {
    @Override
    protected boolean msrExits(boolean intercepted, int msr, boolean write) {
      return intercepted && (write || !isOfLocalApic(msr));
    }
  }

  private static final class OpenWrites extends VmxDecisions {
    @Override
    protected boolean msrExits(boolean intercepted, int msr, boolean write) {
      return intercepted && !(write && msr == LapicRegister.ICR.msr());
    }
  }

  private static final class NmiExits extends VmxDecisions {
    @Override
    protected boolean nmiExits(Vmcs vmcs) {
      return true;
    }
  }

  private static final class InitInRoot extends VmxDecisions {
    @Override
    protected boolean rootBlocksInit() {
      return false;
    }
  }

  private static final class SleepsOn extends VmxDecisions {
    @Override
    protected boolean wakes(Boundary event, Activity activity) {
      return super.wakes(event, activity)
          && !(activity == Activity.HALTED && event == Boundary.INTERRUPT);
    }
  }
}
