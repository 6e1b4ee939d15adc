package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Instructions that access the APIC-access page more than once: ENTER with RSP there (Intel SDM
 * Vol. 3C, "Determining Whether a Write Access is Virtualized", "APIC-Write Emulation").
 */
@Conformance
@Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.APIC_REGISTER_VIRTUALIZATION})
final class SeveralAccessTests {
  private static final int LDR = 0x0D0;
  private static final int SVR = 0x0F0;

  /** RSP leaves the page at the end: whether a byte there can be written is checked as well. */
  private static final int FRAME = 0x1000;

  /** What BP pushes. */
  private static final int PUSHED = 0x5A3C;

  private static final long NOT_CANONICAL = 0x8000_0000_0000_0000L | PUSHED;

  private static ApicGuest guest(Cpu cpu) {
    return ApicGuest.of(
        cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.APIC_REGISTER_VIRTUALIZATION);
  }

  /** ENTER whose first word goes to the upper half of a register. */
  private static Instruction enter(ApicGuest guest, int register, long frame, int levels) {
    return new Instruction.Enter(
        guest.accessPage() + register + Integer.BYTES, frame, FRAME, levels);
  }

  private static void assertAccess(VmExit exit, BlockRun run, ApicAccessType type, int offset) {
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(type.qualification(offset))
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 0);
  }

  @Test
  @Covers({"APICV-REG-007", "APICV-REG-005", "APICV-AWX-001"})
  void oneWriteOfAnInstructionIsVirtualized(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write(SVR, 0x1FF);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(enter(guest, SVR, PUSHED, 0), new Instruction.Vmcall());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(SVR + Short.BYTES)
        .isAt(run, 1);
    assertThat(guest.page().read(SVR)).as("VA[0F0h]").isEqualTo(PUSHED << 16 | 0x1FF);
    guest.vcpu().enter();
    guest.vcpu().skip(guest.vcpu().exit(ExitReason.VMCALL));
  }

  /** Each write alone would be virtualized: they go to the halves of one register. */
  @Test
  @Sweep
  @Covers("APICV-REG-007")
  void anotherWriteElsewhereExits(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    long frame = cpu.machine().newPage() | 0x800;
    guest.vcpu().enter();
    cases.each(
        List.of(VirtualApicPage.VTPR, LDR, SVR, VirtualApicPage.VICR_LO, VirtualApicPage.VICR_HI),
        register -> {
          BlockRun run = guest.guest().start(enter(guest, register, frame, 1));
          VmExit exit = guest.vcpu().exit();
          assertAccess(exit, run, ApicAccessType.WRITE, register);
          assertThat(guest.page().read(register) & 0xFFFF).as("second word").isZero();
          guest.vcpu().skip(exit);
          guest.vcpu().enter();
        });
    // no exit for what the first writes did: their emulation was dropped
    guest.vcpu().leave();
  }

  @Test
  @Covers({"FLEX-AA-008", "APICV-REG-007"})
  void aReadBehindAWriteExits(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write(SVR, 0x1FF);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(enter(guest, LDR, guest.accessPage() + SVR + 4, 2));
    VmExit exit = guest.vcpu().exit();
    assertAccess(exit, run, ApicAccessType.READ, SVR + Short.BYTES);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  /** In user mode, so that the frame of the exception goes to another stack. */
  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers({"APICV-AWX-005", "APICV-AWX-007"})
  void theExitFollowsTheDeliveryOfAFaultAfterTheWrite(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.EnterUser());
    BlockRun run = guest.guest().start(enter(guest, SVR, NOT_CANONICAL, 2));
    VmExit exit = guest.vcpu().exit();
    assertThat(exit)
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(SVR + Short.BYTES)
        .hasNoInterruption()
        .hasNoIdtVectoring();
    assertThat(exit.place().block()).as("block that RIP is in").isNotEqualTo(run.block());
    assertThat(guest.page().read(SVR)).as("VA[0F0h]").isEqualTo(PUSHED << 16);
    guest.vcpu().enter();
    assertThat(run.attempt()).raises(Exceptions.SS, 0).atInstruction(0);
    guest.guest().run(new Instruction.LeaveUser());
    guest.vcpu().leave();
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("APICV-AWX-005")
  void taskPriorityIsVirtualizedWhenTheFaultIsDelivered(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.EnterUser());
    long stack = guest.accessPage() + VirtualApicPage.VTPR + Short.BYTES;
    BlockRun run = guest.guest().start(new Instruction.Enter(stack, NOT_CANONICAL, FRAME, 2));
    assertThat(run.attempt()).raises(Exceptions.SS, 0).atInstruction(0);
    guest.guest().run(new Instruction.LeaveUser());
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(PUSHED & 0xFF);
  }

  @Test
  @Covers("APICV-AWX-006")
  void anExitForTheFaultDropsTheEmulation(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.vcpu().write(VmcsField.EXCEPTION_BITMAP, 1 << Exceptions.SS);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(enter(guest, SVR, NOT_CANONICAL, 2));
    VmExit exit = guest.vcpu().exit();
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI).hasNoIdtVectoring().isAt(run, 0);
    assertThat(exit.interruption())
        .as("VM-exit interruption information")
        .isEqualTo(
            InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, Exceptions.SS)
                .withErrorCode());
    assertThat(exit.interruptionErrorCode()).as("error code").isZero();
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }
}
