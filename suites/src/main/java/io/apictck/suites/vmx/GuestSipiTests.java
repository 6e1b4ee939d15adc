package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** Start-up IPIs in VMX operation (Intel SDM Vol. 3C, "Other Causes of VM Exits"). */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = {Feature.VMX, Feature.WAIT_FOR_SIPI_ACTIVITY},
    stimuli = Stimulus.VM_ENTRY)
final class GuestSipiTests {
  private static final int SIPI = 0x9A;

  private static void enterWaiting(Vcpu vcpu) {
    GuestFields.activity(vcpu, ActivityState.WAIT_FOR_SIPI);
    vcpu.enter();
  }

  @InEachApicMode
  @Sweep
  @Covers("VMX-INIT-006")
  void exitsWithItsVector(Machine machine, Cases cases) {
    Cpu cpu = machine.cpu(1);
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    long rflags = guest.vcpu().read(VmcsField.GUEST_RFLAGS);
    cases.range(
        0,
        0xFF,
        vector -> {
          enterWaiting(guest.vcpu());
          Ipis.startup(machine.cpu(0), cpu, vector);
          VmExit exit = guest.vcpu().exit();
          assertThat(exit)
              .hasReason(ExitReason.SIPI)
              .hasQualification(vector)
              .hasNoInterruption()
              .hasNoIdtVectoring()
              .isAt(guest.run(), StoppedGuest.NEXT);
          assertThat(exit.rflags()).as("RFLAGS as saved").isEqualTo(rflags);
        });
    GuestFields.activity(guest.vcpu(), ActivityState.ACTIVE);
    guest.finish();
  }

  @InEachApicMode
  @Covers({"VMX-INIT-006", "VMX-INIT-007"})
  @Ports({"KUT-VMX-SIPI-002", "KUT-VMX-SIPI-004"})
  void secondOneIsDiscardedByTheActiveGuest(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    enterWaiting(vcpu);
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI).hasQualification(SIPI);
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    machine.expectNothing();
    vcpu.leave();
  }

  @InEachApicMode
  @Covers("VMX-INIT-007")
  void isNotKeptForLater(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    // in root operation
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    machine.expectNothing();
    vcpu.enter();
    // in an active guest, and in a halted one
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    machine.expectNothing();
    vcpu.guest().start(new Instruction.Hlt());
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    machine.expectNothing();
    Ipis.nmi(machine.cpu(0), cpu);
    vcpu.exit(ExitReason.EXCEPTION_OR_NMI);
    enterWaiting(vcpu);
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, SIPI + 1);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI).hasQualification(SIPI + 1);
  }

  @InEachApicMode
  @Covers("VMX-INIT-005")
  void waitForSipiHoldsInit(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    enterWaiting(vcpu);
    Ipis.init(machine.cpu(0), cpu);
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI).hasQualification(SIPI);
    machine.expectNothing();
  }

  @Test
  @Records
  @Covers("VMX-ACT-008")
  void recordsTheActivityStateThatIsSaved(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    enterWaiting(vcpu);
    Ipis.startup(machine.cpu(0), cpu, SIPI);
    machine.observe("activity state after a SIPI exit", vcpu.exit(ExitReason.SIPI).activity());
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    vcpu.leave();
  }
}
