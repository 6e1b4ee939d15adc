package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ControlFlow;
import io.apictck.arch.Cr4;
import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.PageFaultCode;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * User interrupts of threads with control-flow enforcement, in a guest: a shadow stack needs pages
 * of its own kind (Intel SDM Vol. 3A, "User-Interrupt Delivery"; Vol. 2, "UIRET"; Vol. 1,
 * "Control-flow Enforcement Technology (CET)").
 */
@Conformance
@Requires(
    value = {Feature.VMX, Feature.USER_INTERRUPTS},
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class ShadowStackTests {
  private static final int VECTOR = 23;
  private static final long REQUEST = 1L << VECTOR;
  private static final Instruction STUI = new Instruction.Stui();
  private static final Instruction NOP = new Instruction.Nop();
  private static final long SHADOW_STACK_PAGE =
      PagingEntry.PRESENT | PagingEntry.USER | PagingEntry.ACCESSED | PagingEntry.DIRTY;

  private static PagedThread enforcing(Cpu cpu, long enforcement) {
    PagedThread paged = PagedThread.of(cpu, Exceptions.PF, Exceptions.CP);
    paged.set(VmcsField.GUEST_CR4, Cr4.CET);
    cpu.wrmsr(Msr.IA32_U_CET, enforcement);
    return paged;
  }

  /** A shadow stack; the page is mapped with these rights. */
  private static long shadowStack(Cpu cpu, PagedThread paged, long rights) {
    long page = cpu.machine().newPage();
    paged.map(page, rights);
    cpu.wrmsr(Msr.IA32_PL3_SSP, page + 0x800);
    return page + 0x800;
  }

  /** Starts a block in user mode that a user interrupt interrupts at index 1. */
  private static BlockRun interrupted(PagedThread paged) {
    paged.enterUser();
    paged.thread().request(REQUEST);
    paged.vcpu().enter();
    return paged.vcpu().guest().start(STUI, NOP, NOP);
  }

  private static void finish(Cpu cpu, PagedThread paged) {
    paged.vcpu().guest().run(new Instruction.LeaveUser());
    paged.vcpu().leave();
    cpu.wrmsr(Msr.IA32_U_CET, 0);
    assertThat(paged.thread().requests()).as("UIRR").isZero();
  }

  @Test
  @Requires(Feature.SHADOW_STACKS)
  @Covers("UINTR-DEL-013")
  void deliveryPushesTheAddressAndUiretPopsIt(Cpu cpu) {
    PagedThread paged = enforcing(cpu, ControlFlow.SHADOW_STACK);
    long top = shadowStack(cpu, paged, SHADOW_STACK_PAGE);
    BlockRun run = interrupted(paged);
    Cpu guest = paged.vcpu().guest();
    Frame frame = Frame.of(guest.takeUserInterrupt(VECTOR));
    long rip = frame.rip();
    guest.run(new Instruction.LeaveUser());
    assertThat(guest.rdmsr(Msr.IA32_PL3_SSP)).as("SSP in the handler").isEqualTo(top - Long.BYTES);
    assertThat(guest.run(new Instruction.Load(top - Long.BYTES, Long.BYTES))[0])
        .as("what the shadow stack holds")
        .isEqualTo(rip);
    guest.run(new Instruction.EnterUser());
    guest.iret();
    assertThat(run.completed()).isTrue();
    guest.run(new Instruction.LeaveUser());
    assertThat(guest.rdmsr(Msr.IA32_PL3_SSP)).as("SSP behind UIRET").isEqualTo(top);
    guest.run(new Instruction.EnterUser());
    finish(cpu, paged);
  }

  @Test
  @Requires(Feature.SHADOW_STACKS)
  @Covers("UINTR-DEL-013")
  void uiretGoesOnlyWhereTheShadowStackSays(Cpu cpu) {
    PagedThread paged = enforcing(cpu, ControlFlow.SHADOW_STACK);
    shadowStack(cpu, paged, SHADOW_STACK_PAGE);
    BlockRun run = interrupted(paged);
    Frame frame = Frame.of(paged.vcpu().guest().takeUserInterrupt(VECTOR));
    long rip = frame.rip();
    frame.setRip(rip + 1);
    BlockRun uiret = paged.vcpu().guest().start(new Instruction.Uiret());
    VmExit exit = paged.vcpu().exit();
    PagedThread.verify(exit, Exceptions.CP);
    assertThat(exit).hasNoIdtVectoring().isAt(uiret, 0);
    assertThat(exit.interruptionErrorCode()).as("error code").isEqualTo(ControlFlow.FAR_RETURN);
    // the host mends the frame, and UIRET is executed again
    new Frame(cpu, frame.address()).setRip(rip);
    paged.vcpu().enter();
    cpu.machine().settle(run::completed);
    assertThat(run.completed()).isTrue();
    finish(cpu, paged);
  }

  @Test
  @Requires(Feature.SHADOW_STACKS)
  @Covers("UINTR-DEL-013")
  void aShadowStackNeedsPagesOfItsOwnKind(Cpu cpu) {
    for (long rights : new long[] {PagedThread.OPEN, 0, SHADOW_STACK_PAGE & ~PagingEntry.USER}) {
      PagedThread paged = enforcing(cpu, ControlFlow.SHADOW_STACK);
      long top = shadowStack(cpu, paged, rights);
      BlockRun run = interrupted(paged);
      VmExit exit = paged.vcpu().exit();
      PagedThread.verify(exit, Exceptions.PF);
      assertThat(exit).hasNoIdtVectoring().hasQualification(top - Long.BYTES);
      int expected =
          PageFaultCode.SHADOW_STACK
              | PageFaultCode.USER
              | (rights == 0 ? 0 : PageFaultCode.PRESENT);
      assertThat(exit.interruptionErrorCode() & ~PageFaultCode.WRITE)
          .as("error code but for W/R with rights %x", rights)
          .isEqualTo(expected);
      assertThat(paged.thread().requests()).as("UIRR").isEqualTo(REQUEST);
      paged.map(top & -PagingEntry.PAGE, SHADOW_STACK_PAGE);
      paged.vcpu().enter();
      assertThat(paged.vcpu().guest().takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
      paged.vcpu().guest().iret();
      finish(cpu, paged);
    }
  }

  @Test
  @Requires(Feature.BRANCH_TRACKING)
  @Covers("UINTR-DEL-013")
  void aHandlerHasToBeginWithAnEndBranchInstruction(Cpu cpu) {
    long handler = cpu.machine().userInterruptHandler();
    PagedThread paged = enforcing(cpu, ControlFlow.TRACKING);
    BlockRun run = interrupted(paged);
    assertThat(paged.vcpu().guest().takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    paged.vcpu().guest().iret();
    finish(cpu, paged);

    paged = enforcing(cpu, ControlFlow.TRACKING);
    long behind = handler + ControlFlow.END_BRANCH_LENGTH;
    cpu.wrmsr(Msr.IA32_UINTR_HANDLER, behind);
    run = interrupted(paged);
    VmExit exit = paged.vcpu().exit();
    PagedThread.verify(exit, Exceptions.CP);
    assertThat(exit).hasNoIdtVectoring();
    assertThat(exit.interruptionErrorCode()).as("error code").isEqualTo(ControlFlow.END_BRANCH);
    assertThat(paged.vcpu().read(VmcsField.GUEST_RIP)).as("guest RIP").isEqualTo(behind);
    assertThat(paged.thread().requests()).as("UIRR").isZero();
    // without enforcement the handler goes on
    cpu.wrmsr(Msr.IA32_U_CET, 0);
    paged.vcpu().enter();
    assertThat(paged.vcpu().guest().takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    paged.vcpu().guest().iret();
    finish(cpu, paged);
  }
}
