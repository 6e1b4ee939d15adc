package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * CR8 accesses of a guest without TPR shadow (Intel SDM Vol. 3C, "Instructions That Cause VM Exits
 * Conditionally", "Relative Priority of Faults and VM Exits").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class Cr8InterceptionTests {
  /** Number 8, MOV to CR, RAX. */
  private static final int LOAD = 0x08;

  /** Number 8, MOV from CR, RAX. */
  private static final int STORE = 0x18;

  @Test
  @Covers({"VMX-CR8-001", "VMX-INFO-005"})
  @Ports("KUT-VMX-INSN-003")
  void loadExitsBeforeItHasAnEffect(Cpu cpu) {
    cpu.setCr8(3);
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.CR8_LOAD_EXITING).enter();
    for (int value = 0; value < 16; value++) {
      BlockRun run = vcpu.guest().start(new Instruction.MovToCr8(value), new Instruction.Nop());
      VmExit exit = vcpu.exit();
      assertThat(exit)
          .hasReason(ExitReason.CR_ACCESS)
          .hasQualification(LOAD)
          .hasNoInterruption()
          .isAt(run, 0);
      assertThat(cpu.cr8()).as("CR8").isEqualTo(3);
      vcpu.skip(exit);
      vcpu.resume();
      run.values();
    }
    // the other access does not exit
    assertThat(vcpu.guest().cr8()).as("CR8, read by the guest").isEqualTo(3);
  }

  @Test
  @Covers({"VMX-CR8-002", "VMX-INFO-005"})
  @Ports("KUT-VMX-INSN-005")
  void storeExits(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.CR8_STORE_EXITING).enter();
    BlockRun run = vcpu.guest().start(new Instruction.MovFromCr8(), new Instruction.Nop());
    VmExit exit = vcpu.exit();
    assertThat(exit)
        .hasReason(ExitReason.CR_ACCESS)
        .hasQualification(STORE)
        .hasNoInterruption()
        .isAt(run, 0);
    vcpu.skip(exit);
    vcpu.resume();
    run.values();
    // the other access does not exit
    vcpu.guest().setCr8(5);
    vcpu.leave();
    assertThat(cpu.cr8()).as("CR8").isEqualTo(5);
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers({"VMX-CR8-001", "VMX-CR8-002"})
  void exitComesBeforeTheTprShadow(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
    Vcpu vcpu = guest.vcpu().set(VmxControl.CR8_LOAD_EXITING, VmxControl.CR8_STORE_EXITING).enter();
    VmExit load = vcpu.run(new Instruction.MovToCr8(7));
    assertThat(load).hasReason(ExitReason.CR_ACCESS).hasQualification(LOAD);
    assertThat(guest.page().vtpr()).as("VTPR").isZero();
    vcpu.skip(load);
    vcpu.resume();
    assertThat(vcpu.run(new Instruction.MovFromCr8()))
        .hasReason(ExitReason.CR_ACCESS)
        .hasQualification(STORE);
  }

  @Test
  @Covers("VMX-CR8-003")
  void exitComesBeforeTheFaultOfReservedBits(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.CR8_LOAD_EXITING).enter();
    for (int bit = 4; bit < 64; bit++) {
      VmExit exit = vcpu.run(new Instruction.MovToCr8(1L << bit));
      assertThat(exit).hasReason(ExitReason.CR_ACCESS).hasQualification(LOAD);
      vcpu.skip(exit);
      vcpu.resume();
    }
    vcpu.leave();
    vcpu.clear(VmxControl.CR8_LOAD_EXITING);
    vcpu.resume();
    assertThat(vcpu.guest().attempt(new Instruction.MovToCr8(0x10))).raisesGeneralProtection();
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("VMX-CR8-003")
  void faultOfUserModeComesBeforeTheExit(Cpu cpu) {
    Vcpu vcpu =
        cpu.vmx().newVcpu().set(VmxControl.CR8_LOAD_EXITING, VmxControl.CR8_STORE_EXITING).enter();
    vcpu.guest().run(new Instruction.EnterUser());
    assertThat(vcpu.guest().attempt(new Instruction.MovToCr8(0))).raisesGeneralProtection();
    assertThat(vcpu.guest().attempt(new Instruction.MovFromCr8())).raisesGeneralProtection();
    vcpu.guest().run(new Instruction.LeaveUser());
  }

  @InEachApicMode
  @Covers("VMX-CR8-004")
  @Ports({"KUT-VMX-INSN-004", "KUT-VMX-INSN-006"})
  void withoutExitingTheGuestAccessesTheTprOfTheProcessor(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    for (int value = 0; value < 16; value++) {
      cpu.setCr8(15 - value);
      vcpu.enter();
      assertThat(vcpu.guest().cr8()).as("CR8, read by the guest").isEqualTo(15 - value);
      vcpu.guest().setCr8(value);
      vcpu.leave();
      assertThat(cpu.cr8()).as("CR8, read by the host").isEqualTo(value);
      assertThat(cpu.lapic()).hasTpr(value << 4);
    }
  }
}
