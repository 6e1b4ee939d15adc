package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import org.junit.jupiter.api.Test;

/**
 * When and how user interrupts are delivered (Intel SDM Vol. 3A, "User-Interrupt Evaluation",
 * "User-Interrupt Delivery").
 */
@Conformance
@Requires(
    value = Feature.USER_INTERRUPTS,
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class DeliveryTests {
  private static final int VECTOR = 19;
  private static final long REQUEST = 1L << VECTOR;
  private static final int OUTER = 0x71;
  private static final int INNER = 0x81;
  private static final int SYSTEM_CALL = 0x91;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STUI = new Instruction.Stui();

  /** CF, PF, AF, ZF, SF, DF and OF. */
  private static final long FLAGS = 0xCD5 | Rflags.FIXED;

  private static UserThread requesting(Cpu cpu, long requests) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.request(requests);
    return thread;
  }

  private static void finish(UserThread thread) {
    thread.cpu().iret();
    thread.leaveUser();
    assertThat(thread.requests()).as("UIRR").isZero();
  }

  @Test
  @Covers("UINTR-DEL-001")
  void waitForUif(Machine machine, Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    thread.enterUser();
    machine.expectNothing();
    BlockRun run = cpu.start(NOP, STUI, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 2);
    finish(thread);
  }

  @Test
  @Covers("UINTR-DEL-001")
  void waitForUserMode(Machine machine, Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    cpu.run(STUI);
    machine.expectNothing();
    assertThat(thread.requests()).as("UIRR in kernel mode").isEqualTo(REQUEST);
    thread.enterUser();
    cpu.takeUserInterrupt(VECTOR);
    finish(thread);
  }

  @Test
  @Covers("UINTR-DEL-002")
  void doNotNeedTheInterruptFlag(Cpu cpu) {
    for (boolean enabled : new boolean[] {false, true}) {
      UserThread thread = requesting(cpu, REQUEST);
      cpu.run(enabled ? new Instruction.Sti() : new Instruction.Cli());
      thread.enterUserReceiving();
      InterruptFrame frame = cpu.takeUserInterrupt(VECTOR);
      assertThat(frame.interruptedWithInterruptsEnabled()).as("IF").isEqualTo(enabled);
      assertThat(cpu.interruptsEnabled()).as("IF in the handler").isEqualTo(enabled);
      finish(thread);
    }
  }

  @Test
  @Covers({"UINTR-DEL-003", "UINTR-DEL-015"})
  void comeFromTheHighestVectorToTheLowest(Cpu cpu) {
    UserThread thread = requesting(cpu, -1);
    thread.enterUserReceiving();
    for (int vector = Long.SIZE - 1; vector >= 0; vector--) {
      assertThat(Frame.of(cpu.takeUserInterrupt(vector)).vector())
          .as("vector in the frame")
          .isEqualTo(vector);
      cpu.run(new Instruction.LeaveUser());
      assertThat(thread.requests()).as("UIRR").isEqualTo((1L << vector) - 1);
      cpu.run(new Instruction.EnterUser());
      cpu.iret();
    }
    thread.leaveUser();
  }

  @Test
  @Covers({"UINTR-DEL-004", "UINTR-DEL-005"})
  void theFrameLiesBelowTheStackOfTheThread(Cpu cpu) {
    for (long adjust : new long[] {0, 128, 136, 0x1002}) {
      UserThread thread = requesting(cpu, REQUEST);
      cpu.wrmsr(Msr.IA32_UINTR_STACKADJUST, adjust);
      thread.enterUser();
      BlockRun run = cpu.start(STUI, NOP);
      InterruptFrame taken = cpu.takeUserInterrupt(VECTOR);
      Frame frame = Frame.of(taken);
      assertThat(taken).interruptedAt(run, 1);
      long top = (frame.rsp() - adjust) & -UserInterruptFrame.ALIGNMENT;
      assertThat(frame.address())
          .as("address of the frame with adjustment %d", adjust)
          .isEqualTo(top - UserInterruptFrame.SIZE);
      assertThat(frame.vector()).as("vector").isEqualTo(VECTOR);
      assertThat(frame.rflags()).as("RFLAGS").isEqualTo(taken.rflags());
      finish(thread);
    }
  }

  @Test
  @Covers({"UINTR-DEL-004", "UINTR-DEL-005"})
  void theFrameLiesOnAnotherStack(Cpu cpu) {
    long stack = cpu.machine().newPage() + 0x800;
    for (int offset = 0; offset < UserInterruptFrame.ALIGNMENT; offset++) {
      UserThread thread = requesting(cpu, REQUEST);
      cpu.wrmsr(Msr.IA32_UINTR_STACKADJUST, (stack + offset) | 1);
      thread.enterUserReceiving();
      Frame frame = Frame.of(cpu.takeUserInterrupt(VECTOR));
      assertThat(frame.address())
          .as("address of the frame")
          .isEqualTo(stack - UserInterruptFrame.SIZE);
      assertThat(frame.vector()).as("vector").isEqualTo(VECTOR);
      assertThat(frame.rsp()).as("RSP").isNotEqualTo((stack + offset) | 1);
      finish(thread);
    }
  }

  @Test
  @Covers("UINTR-DEL-006")
  void clearUifAndKeepPrivilegeAndFlags(Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    thread.enterUser();
    BlockRun run = cpu.start(new Instruction.Popf(FLAGS), STUI, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 2);
    assertThat(cpu.rflags() & FLAGS).as("flags in the handler").isEqualTo(FLAGS);
    assertThat(cpu.run(new Instruction.Testui())[0] & 1).as("UIF in the handler").isZero();
    assertThat(cpu.attempt(new Instruction.Cli())).raisesGeneralProtection();
    finish(thread);
  }

  @Test
  @Covers({"UINTR-DEL-006", "UINTR-DEL-007"})
  void theFrameHasTheTrapFlagAndTheHandlerDoesNot(Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    thread.enterUser();
    BlockRun run = cpu.start(new Instruction.Popf(Rflags.FIXED | Rflags.TF), STUI, NOP, NOP);
    // the single step of STUI comes first
    assertThat(cpu.takeTrap(Exceptions.DB)).interruptedAt(run, 2);
    cpu.start(new Instruction.Iret());
    InterruptFrame taken = cpu.takeUserInterrupt(VECTOR);
    assertThat(taken).interruptedAt(run, 2);
    Frame frame = Frame.of(taken);
    assertThat(frame.rflags() & Rflags.TF).as("TF in the frame").isEqualTo(Rflags.TF);
    assertThat(cpu.rflags() & Rflags.TF).as("TF in the handler").isZero();
    frame.setRflags(Rflags.FIXED);
    finish(thread);
    assertThat(run.completed()).isTrue();
  }

  @Test
  @Covers("UINTR-DEL-010")
  void comeBehindInterrupts(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    cpu.sti();
    thread.enterUserReceiving();
    BlockRun run = cpu.start(new Instruction.Int(SYSTEM_CALL), NOP);
    cpu.takeSoftwareInterrupt(SYSTEM_CALL);
    cpu.lapic().sendSelfIpi(INNER);
    thread.request(REQUEST);
    cpu.start(new Instruction.Iret());
    assertThat(cpu.takeInterrupt(INNER)).interruptedAt(run, 1);
    assertThat(thread.requests()).as("UIRR in the handler of the interrupt").isEqualTo(REQUEST);
    cpu.start(cpu.lapic().endingInterrupt(), new Instruction.Iret());
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    finish(thread);
  }

  @Test
  @Covers("UINTR-DEL-010")
  void areInterruptedByInterrupts(Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    cpu.sti();
    thread.enterUserReceiving();
    cpu.takeUserInterrupt(VECTOR);
    BlockRun run = cpu.start(new Instruction.Int(SYSTEM_CALL), NOP);
    cpu.takeSoftwareInterrupt(SYSTEM_CALL);
    cpu.lapic().sendSelfIpi(OUTER);
    cpu.start(new Instruction.Iret());
    assertThat(cpu.serve(OUTER)).interruptedAt(run, 1);
    assertThat(run.completed()).isTrue();
    finish(thread);
  }

  @InEachApicMode
  @Covers("UINTR-DEL-012")
  void whatWasPostedInTheKernelComesBeforeTheFirstInstructionBehindIret(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.targets().point(0, VECTOR, thread.descriptor());
    cpu.sti();
    thread.enterUserReceiving();
    BlockRun run = cpu.start(new Instruction.Int(SYSTEM_CALL), NOP, NOP);
    cpu.takeSoftwareInterrupt(SYSTEM_CALL);
    cpu.run(new Instruction.Senduipi(0));
    cpu.sti();
    cpu.nop();
    assertThat(thread.requests()).as("UIRR in the kernel").isEqualTo(REQUEST);
    cpu.start(new Instruction.Iret());
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    finish(thread);
  }

  @Test
  @Covers("UINTR-DEL-012")
  void whatWasPostedInTheKernelComesBeforeTheFirstInstructionBehindSysret(Cpu cpu) {
    UserThread thread = requesting(cpu, REQUEST);
    cpu.run(STUI);
    BlockRun run = cpu.start(new Instruction.EnterUser(), NOP, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    finish(thread);
  }

  @Test
  @Covers("UINTR-DEL-015")
  void doNotNestAndFollowEachOtherAtOnce(Machine machine, Cpu cpu) {
    UserThread thread = requesting(cpu, 1L << 5 | 1L << 3);
    thread.enterUser();
    BlockRun run = cpu.start(STUI, NOP, NOP);
    InterruptFrame first = cpu.takeUserInterrupt(5);
    assertThat(first).interruptedAt(run, 1);
    machine.expectNothing();
    cpu.start(new Instruction.Uiret());
    InterruptFrame second = cpu.takeUserInterrupt(3);
    assertThat(second).interruptedAt(run, 1);
    assertThat(second.address()).as("address of the frame").isEqualTo(first.address());
    finish(thread);
    assertThat(run.completed()).isTrue();
  }

  @Test
  @Covers("UINTR-DEL-015")
  void nestIfTheHandlerSetsUif(Cpu cpu) {
    UserThread thread = requesting(cpu, 1L << 5 | 1L << 60);
    thread.enterUserReceiving();
    Frame outer = Frame.of(cpu.takeUserInterrupt(60));
    BlockRun handler = cpu.start(STUI, NOP);
    InterruptFrame taken = cpu.takeUserInterrupt(5);
    assertThat(taken).interruptedAt(handler, 1);
    Frame inner = Frame.of(taken);
    assertThat(inner.rsp()).as("RSP of the outer handler").isEqualTo(outer.address());
    assertThat(inner.address())
        .as("address of the inner frame")
        .isEqualTo(outer.address() - UserInterruptFrame.SIZE);
    cpu.iret();
    assertThat(handler.completed()).isTrue();
    finish(thread);
  }
}
