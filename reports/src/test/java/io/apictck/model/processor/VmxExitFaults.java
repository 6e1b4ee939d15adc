package io.apictck.model.processor;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** Faults in what guests meet: interrupts, NMIs, windows, INIT, intercepted accesses. */
public final class VmxExitFaults {
  private VmxExitFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    List<PlantedFault> faults = new ArrayList<>(known());
    faults.addAll(own());
    return faults;
  }

  private static List<PlantedFault> known() {
    return List.of(
        PlantedFault.of(
            "BUG-321",
            "The interrupt window is looked at before the NMI window and NMIs",
            with(WindowsInWrongOrder::new),
            "vmx.NmiWindowTests"),
        PlantedFault.of(
            "BUG-322",
            "The NMI window is open although NMIs are blocked",
            with(NmiWindowIgnoresBlocking::new),
            "vmx.NmiWindowTests"),
        PlantedFault.of(
            "BUG-337",
            "The interrupt of every external-interrupt exit is acknowledged",
            with(AlwaysAcknowledges::new),
            "vmx.ExternalInterruptTests"),
        PlantedFault.of(
            "BUG-338",
            "External interrupts exit without the control",
            with(AlwaysExits::new),
            "vmx.ExternalInterruptTests"),
        PlantedFault.of(
            "BUG-345",
            "A VM exit leaves the injected event valid",
            with(InjectsAgain::new),
            "vmx.InjectionEffectTests"),
        PlantedFault.of(
            "BUG-353",
            "A window does not end HLT",
            with(WindowsDoNotWake::new),
            "vmx.InterruptWindowTests",
            "vmx.NmiWindowTests"),
        PlantedFault.of(
            "BUG-354",
            "An NMI that ends HLT is saved with the active state",
            with(ForgetsHlt::new),
            "vmx.GuestNmiTests",
            "vmx.HltTests"));
  }

  private static List<PlantedFault> own() {
    return List.of(
        PlantedFault.of(
            "VMX-EXT-IF",
            "A clear IF of the guest holds external-interrupt exits",
            with(IfHoldsExits::new),
            "vmx.ExternalInterruptTests"),
        PlantedFault.of(
            "VMX-EXT-SHUTDOWN",
            "External interrupts end shutdown",
            with(InterruptsEndShutdown::new),
            "vmx.ExternalInterruptTests"),
        PlantedFault.of(
            "VMX-NMI-CONTROL",
            "NMIs exit without the control",
            with(NmisAlwaysExit::new),
            "vmx.GuestNmiTests"),
        PlantedFault.of(
            "VMX-NMI-HOST",
            "An NMI exit leaves NMIs unblocked in the host",
            with(NmiExitBlocksNothing::new),
            "vmx.GuestNmiTests"),
        PlantedFault.of(
            "VMX-NMI-EXITS",
            "Every exit blocks NMIs in the host",
            with(EveryExitBlocksNmis::new),
            "vmx.GuestNmiTests"),
        PlantedFault.of(
            "VMX-NMI-IRET",
            "IRET ends NMI blocking with NMI exiting too",
            with(IretAlwaysUnblocks::new),
            "vmx.GuestNmiTests"),
        PlantedFault.of(
            "VMX-WIN-SHADOW",
            "A shadow does not delay the interrupt window",
            with(WindowIgnoresShadow::new),
            "vmx.InterruptWindowTests"),
        PlantedFault.of(
            "VMX-WIN-MWAIT",
            "MWAIT for masked interrupts waits although interrupt-window exiting is 1",
            with(MwaitWaits::new),
            "vmx.InterruptWindowTests"),
        PlantedFault.of(
            "VMX-WIN-INTERRUPT",
            "External interrupts come before windows",
            with(InterruptsComeFirst::new),
            "vmx.ExternalInterruptPriorityTests"),
        PlantedFault.of(
            "VMX-INIT-ROOT",
            "INIT resets a processor in VMX root operation",
            with(RootTakesInit::new),
            "vmx.GuestInitTests"),
        PlantedFault.of(
            "VMX-INIT-ORDER",
            "INIT comes behind NMIs",
            with(InitComesLate::new),
            "vmx.GuestInitTests"),
        PlantedFault.of(
            "VMX-SIPI-INIT",
            "INIT exits in the wait-for-SIPI state",
            with(InitEndsWaitForSipi::new),
            "vmx.GuestSipiTests"),
        PlantedFault.of(
            "VMX-MSR-RANGE",
            "MSRs that the bitmap has no bit for do not exit",
            with(OtherMsrsDoNotExit::new),
            "vmx.MsrInterceptionTests"),
        PlantedFault.of(
            "VMX-MSR-X2APIC",
            "WRMSR of x2APIC MSRs does not exit",
            with(X2apicWritesDoNotExit::new),
            "vmx.MsrInterceptionTests"),
        PlantedFault.of(
            "VMX-EXCEPTION",
            "Exceptions never exit",
            with(ExceptionsDoNotExit::new),
            "vmx.ExitInformationTests",
            "vmx.DeliveryFaultTests"));
  }

  private static Function<ModelConfiguration, Platform> with(Supplier<VmxDecisions> decisions) {
    return machine ->
        new ReferencePlatform(
            machine, ReferenceChipset::new, (world, cpu) -> new Decided(world, cpu, decisions));
  }

  /** A processor with other decisions. */
  private static final class Decided extends Processor {
    private final Supplier<VmxDecisions> decisions;

    Decided(ProcessorWorld world, int cpu, Supplier<VmxDecisions> decisions) {
      super(world, cpu);
      this.decisions = decisions;
    }

    @Override
    protected VmxDecisions vmxDecisions() {
      return decisions.get();
    }
  }

  private static final class WindowsInWrongOrder extends VmxDecisions {
    @Override
    protected List<Boundary> priority() {
      List<Boundary> order = new ArrayList<>(super.priority());
      order.remove(Boundary.INTERRUPT_WINDOW);
      order.add(order.indexOf(Boundary.NMI_WINDOW), Boundary.INTERRUPT_WINDOW);
      return order;
    }
  }

  private static final class NmiWindowIgnoresBlocking extends VmxDecisions {
    @Override
    protected boolean nmiWindowOpen(boolean blocked, boolean stiShadow, boolean movSsShadow) {
      return super.nmiWindowOpen(false, stiShadow, movSsShadow);
    }
  }

  private static final class AlwaysAcknowledges extends VmxDecisions {
    @Override
    protected boolean acknowledges(Vmcs vmcs) {
      return true;
    }
  }

  private static final class AlwaysExits extends VmxDecisions {
    @Override
    protected boolean externalInterruptExits(Vmcs vmcs, boolean interruptFlag) {
      return true;
    }
  }

  private static final class InjectsAgain extends VmxDecisions {
    @Override
    protected int injectionAfterExit(int field) {
      return field;
    }
  }

  private static final class WindowsDoNotWake extends VmxDecisions {
    @Override
    protected boolean wakes(Boundary event, Activity activity) {
      boolean window = event == Boundary.INTERRUPT_WINDOW || event == Boundary.NMI_WINDOW;
      return !(window && activity == Activity.HALTED) && super.wakes(event, activity);
    }
  }

  private static final class ForgetsHlt extends VmxDecisions {
    @Override
    protected Activity savedActivity(Activity activity) {
      return Activity.ACTIVE;
    }
  }

  private static final class IfHoldsExits extends VmxDecisions {
    @Override
    protected boolean externalInterruptExits(Vmcs vmcs, boolean interruptFlag) {
      return interruptFlag && super.externalInterruptExits(vmcs, interruptFlag);
    }
  }

  private static final class InterruptsEndShutdown extends VmxDecisions {
    @Override
    protected boolean wakes(Boundary event, Activity activity) {
      return super.wakes(event, activity)
          || (event == Boundary.INTERRUPT && activity == Activity.SHUT_DOWN);
    }
  }

  private static final class NmisAlwaysExit extends VmxDecisions {
    @Override
    protected boolean nmiExits(Vmcs vmcs) {
      return true;
    }
  }

  private static final class NmiExitBlocksNothing extends VmxDecisions {
    @Override
    protected boolean nmiBlockedAfterExit(boolean blocked, ExitReason reason, boolean forNmi) {
      return blocked;
    }
  }

  private static final class EveryExitBlocksNmis extends VmxDecisions {
    @Override
    protected boolean nmiBlockedAfterExit(boolean blocked, ExitReason reason, boolean forNmi) {
      return true;
    }
  }

  private static final class IretAlwaysUnblocks extends VmxDecisions {
    @Override
    protected boolean iretUnblocksNmi(Vmcs vmcs) {
      return true;
    }
  }

  private static final class WindowIgnoresShadow extends VmxDecisions {
    @Override
    protected boolean interruptWindowOpen(boolean interruptFlag, boolean shadow) {
      return interruptFlag;
    }
  }

  private static final class MwaitWaits extends VmxDecisions {
    @Override
    protected boolean mwaitPasses(Vmcs vmcs, boolean virtualInterrupt) {
      return false;
    }
  }

  private static final class InterruptsComeFirst extends VmxDecisions {
    @Override
    protected List<Boundary> priority() {
      List<Boundary> order = new ArrayList<>(super.priority());
      order.remove(Boundary.INTERRUPT);
      order.add(order.indexOf(Boundary.NMI_WINDOW), Boundary.INTERRUPT);
      return order;
    }
  }

  private static final class RootTakesInit extends VmxDecisions {
    @Override
    protected boolean rootBlocksInit() {
      return false;
    }
  }

  private static final class InitComesLate extends VmxDecisions {
    @Override
    protected List<Boundary> priority() {
      List<Boundary> order = new ArrayList<>(super.priority());
      order.remove(Boundary.INIT);
      order.add(order.indexOf(Boundary.NMI) + 1, Boundary.INIT);
      return order;
    }
  }

  private static final class InitEndsWaitForSipi extends VmxDecisions {
    @Override
    protected boolean wakes(Boundary event, Activity activity) {
      return super.wakes(event, activity) || event == Boundary.INIT;
    }
  }

  private static final class OtherMsrsDoNotExit extends VmxDecisions {
    @Override
    protected boolean msrExits(boolean exits, int msr, boolean write) {
      int block = msr & ~0x1FFF;
      return exits && (block == 0 || block == 0xC000_0000);
    }
  }

  private static final class X2apicWritesDoNotExit extends VmxDecisions {
    @Override
    protected boolean msrExits(boolean exits, int msr, boolean write) {
      return exits && !(write && Msr.X2APIC_FIRST <= msr && msr <= Msr.X2APIC_LAST);
    }
  }

  private static final class ExceptionsDoNotExit extends VmxDecisions {
    @Override
    protected boolean exceptionExits(long bitmap, int vector) {
      return false;
    }
  }
}
