package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cr0;
import io.apictck.arch.Cr4;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.GuestPaging;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.UserThread;

/**
 * A thread of a guest with paging structures of its own, which the host changes while the guest
 * does not run. Some exceptions exit.
 *
 * @param thread the thread; its processor is that of the host
 * @param vcpu the guest
 * @param paging its paging structures
 */
record PagedThread(UserThread thread, Vcpu vcpu, GuestPaging paging) {
  static final long OPEN = PagingEntry.PRESENT | PagingEntry.WRITABLE | PagingEntry.USER;
  static final long SUPERVISOR = PagingEntry.PRESENT | PagingEntry.WRITABLE;
  static final long READ_ONLY = PagingEntry.PRESENT | PagingEntry.USER;

  /** CR0.WP is 1; external interrupts do not exit, and IF is 1. */
  static PagedThread of(Cpu cpu, int... intercepted) {
    UserThread thread = UserThread.receivingOn(cpu);
    PagedThread paged =
        new PagedThread(
            thread,
            cpu.vmx().newVcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING),
            GuestPaging.identity(cpu));
    paged.use(paged.paging, false);
    paged.set(VmcsField.GUEST_CR0, Cr0.WP);
    long bitmap = 0;
    for (int vector : intercepted) {
      bitmap |= 1L << vector;
    }
    paged.vcpu.write(VmcsField.EXCEPTION_BITMAP, bitmap);
    UserThread.enable(paged.vcpu, true);
    paged.vcpu.setInterruptFlag(true);
    return paged;
  }

  /** Makes the guest use paging structures, of five levels or of four. */
  void use(GuestPaging structures, boolean fiveLevels) {
    vcpu.write(VmcsField.GUEST_CR3, structures.cr3());
    long cr4 = vcpu.read(VmcsField.GUEST_CR4);
    vcpu.write(VmcsField.GUEST_CR4, fiveLevels ? cr4 | Cr4.LA57 : cr4 & ~Cr4.LA57);
  }

  /** Sets bits of a field. */
  void set(VmcsField field, long bits) {
    vcpu.write(field, vcpu.read(field) | bits);
  }

  /** Maps a page to itself; {@code rights} may be 0. */
  void map(long page, long rights) {
    paging.map(page, page, rights);
  }

  /** The guest goes on in user mode, and is left there. */
  void enterUser(Instruction... there) {
    vcpu.enter();
    vcpu.guest().run(new Instruction.EnterUser());
    if (there.length != 0) {
      vcpu.guest().run(there);
    }
    vcpu.leave();
  }

  /** The guest goes on in kernel mode, and is left there. */
  void leaveUser() {
    vcpu.enter();
    vcpu.guest().run(new Instruction.LeaveUser());
    vcpu.leave();
  }

  /** Lets the guest run an instruction that exits with an exception; it is skipped. */
  VmExit exits(Instruction instruction, int vector) {
    vcpu.enter();
    BlockRun run = vcpu.guest().start(instruction);
    VmExit exit = vcpu.exit();
    verify(exit, vector);
    assertThat(exit).hasNoIdtVectoring().isAt(run, 0);
    vcpu.skip(exit);
    return exit;
  }

  /** The VM exit is that of an exception. */
  static void verify(VmExit exit, int vector) {
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI);
    assertThat(exit.interruption())
        .as("VM-exit interruption information")
        .isEqualTo(
            InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, vector)
                .withErrorCode());
  }
}
