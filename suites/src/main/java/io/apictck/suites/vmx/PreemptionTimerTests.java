package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * The VMX-preemption timer at the places where interrupts meet it (Intel SDM Vol. 3C, "Features
 * Specific to VMX Non-Root Operation", "Special Features of VM Entry").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = {Feature.VMX, Feature.VMX_PREEMPTION_TIMER},
    stimuli = Stimulus.VM_ENTRY)
final class PreemptionTimerTests {
  private static StoppedGuest stopped(Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    guest.vcpu().set(VmxControl.ACTIVATE_VMX_PREEMPTION_TIMER);
    guest.vcpu().write(VmcsField.VMX_PREEMPTION_TIMER_VALUE, 0);
    return guest;
  }

  private static VmExit expired(Vcpu vcpu) {
    VmExit exit = vcpu.enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.VMX_PREEMPTION_TIMER)
        .hasQualification(0)
        .hasNoInterruption();
    return exit;
  }

  @Test
  @Covers("VMX-ACT-006")
  void zeroExitsBeforeTheFirstInstruction(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    assertThat(expired(guest.vcpu())).isAt(guest.run(), StoppedGuest.NEXT);
  }

  @Test
  @Covers("VMX-ACT-006")
  void zeroExitsAfterInjection(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.inject(guest.vcpu(), InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    guest.vcpu().enter();
    guest.vcpu().exit(ExitReason.VMX_PREEMPTION_TIMER);
    assertThat(guest.vcpu().guest().takeTrap(Exceptions.DB))
        .interruptedAt(guest.run(), StoppedGuest.NEXT);
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-ACT-006", "VMX-ACT-004"})
  void endsTheHaltedState(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.activity(guest.vcpu(), ActivityState.HLT);
    assertThat(expired(guest.vcpu()))
        .isAt(guest.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.HLT);
  }

  @Test
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("VMX-ACT-006")
  void endsShutdown(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    GuestFields.activity(guest.vcpu(), ActivityState.SHUTDOWN);
    expired(guest.vcpu());
  }

  @Test
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("VMX-ACT-006")
  void waitForSipiHoldsIt(Machine machine) {
    StoppedGuest guest = stopped(machine.cpu(1));
    GuestFields.activity(guest.vcpu(), ActivityState.WAIT_FOR_SIPI);
    guest.vcpu().enter();
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), machine.cpu(1), 0x9A);
    assertThat(guest.vcpu().exit()).hasReason(ExitReason.SIPI);
  }

  @Test
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers({"VMX-WIN-010", "VMX-WIN-005"})
  void comesBeforeTheWindows(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    guest
        .vcpu()
        .set(
            VmxControl.VIRTUAL_NMIS,
            VmxControl.NMI_WINDOW_EXITING,
            VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(guest.vcpu(), true);
    assertThat(expired(guest.vcpu())).isAt(guest.run(), StoppedGuest.NEXT);
  }
}
