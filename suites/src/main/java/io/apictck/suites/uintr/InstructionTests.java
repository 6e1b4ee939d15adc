package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import org.junit.jupiter.api.Test;

/** UIRET, CLUI, STUI and TESTUI (Intel SDM Vol. 2, instruction reference). */
@Conformance
@Requires(
    value = Feature.USER_INTERRUPTS,
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class InstructionTests {
  private static final int VECTOR = 12;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STUI = new Instruction.Stui();
  private static final Instruction CLUI = new Instruction.Clui();
  private static final Instruction TESTUI = new Instruction.Testui();
  private static final Instruction PUSHF = new Instruction.Pushf();

  /** What UIRET loads and PUSHF shows: CF, PF, AF, ZF, SF, DF, OF, NT, AC and ID. */
  private static final long LOADED = 0x24_4CD5;

  private static final int CANONICAL_LIMIT = 57;

  /** In the handler of a user interrupt that interrupted a thread behind the first instruction. */
  private static Frame interrupted(UserThread thread) {
    return Frame.of(thread.cpu().takeUserInterrupt(VECTOR));
  }

  private static UserThread requesting(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.request(1L << VECTOR);
    thread.enterUser();
    return thread;
  }

  @Test
  @Covers({"UINTR-INS-001", "UINTR-INS-003"})
  void uiretGoesBackAndSetsUif(Cpu cpu) {
    UserThread thread = requesting(cpu);
    BlockRun run = cpu.start(STUI, TESTUI, TESTUI);
    Frame frame = interrupted(thread);
    long rip = frame.rip();
    assertThat(cpu.run(TESTUI)[0] & 1).as("UIF in the handler").isZero();
    cpu.iret();
    assertThat(run.values()).as("TESTUI behind the handler").containsExactly(1, 1);
    thread.leaveUser();
    thread.request(1L << VECTOR);
    cpu.run(CLUI);
    thread.enterUser();
    BlockRun again = cpu.start(STUI, NOP);
    assertThat(interrupted(thread).rip()).as("RIP of another block").isNotEqualTo(rip);
    cpu.iret();
    assertThat(again.completed()).isTrue();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-001")
  void uiretTakesTheStackPointerOfTheFrame(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    long stack = cpu.machine().newPage() + 0x800;
    thread.request(1L << VECTOR | 1);
    thread.enterUserReceiving();
    Frame frame = interrupted(thread);
    long rsp = frame.rsp();
    frame.setRsp(stack);
    cpu.start(new Instruction.Uiret());
    Frame next = Frame.of(cpu.takeUserInterrupt(0));
    assertThat(next.rsp()).as("RSP behind UIRET").isEqualTo(stack);
    assertThat(next.address()).as("frame").isEqualTo(stack - UserInterruptFrame.SIZE);
    next.setRsp(rsp);
    cpu.iret();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-002")
  void uiretLoadsSomeFlags(Cpu cpu) {
    for (boolean enabled : new boolean[] {false, true}) {
      cpu.run(enabled ? new Instruction.Sti() : new Instruction.Cli());
      long flag = enabled ? Rflags.IF : 0;
      UserThread thread = requesting(cpu);
      BlockRun run = cpu.start(STUI, PUSHF, new Instruction.Popf(Rflags.FIXED));
      interrupted(thread).setRflags(~(Rflags.TF | flag));
      cpu.iret();
      assertThat(run.values()[0])
          .as("RFLAGS after an image of ones")
          .isEqualTo(LOADED | Rflags.FIXED | flag);
      thread.leaveUser();

      requesting(cpu);
      run = cpu.start(STUI, PUSHF);
      interrupted(thread).setRflags(Rflags.IF & ~flag);
      cpu.iret();
      assertThat(run.values()[0])
          .as("RFLAGS after an image of zeros")
          .isEqualTo(Rflags.FIXED | flag);
      thread.leaveUser();
    }
  }

  @Test
  @Covers("UINTR-INS-002")
  void uiretLoadsTheTrapFlag(Cpu cpu) {
    UserThread thread = requesting(cpu);
    BlockRun run = cpu.start(STUI, NOP, new Instruction.Popf(Rflags.FIXED), NOP);
    interrupted(thread).setRflags(Rflags.FIXED | Rflags.TF);
    cpu.start(new Instruction.Uiret());
    assertThat(cpu.takeTrap(Exceptions.DB)).interruptedAt(run, 2);
    cpu.start(new Instruction.Iret());
    assertThat(cpu.takeTrap(Exceptions.DB)).interruptedAt(run, 3);
    cpu.iret();
    assertThat(run.completed()).isTrue();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-004")
  void uiretToAnAddressThatIsNotCanonicalFaultsAndChangesNothing(Cpu cpu) {
    UserThread thread = requesting(cpu);
    BlockRun run = cpu.start(STUI, NOP);
    Frame frame = interrupted(thread);
    long rip = frame.rip();
    for (int bit = CANONICAL_LIMIT; bit < Long.SIZE; bit++) {
      frame.setRip(rip | 1L << bit);
      assertThat(cpu.attempt(new Instruction.Uiret())).raisesGeneralProtection();
      assertThat(cpu.run(TESTUI)[0] & 1).as("UIF").isZero();
    }
    frame.setRip(rip);
    cpu.iret();
    assertThat(run.completed()).isTrue();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-005")
  void stuiHasNoShadow(Cpu cpu) {
    UserThread thread = requesting(cpu);
    BlockRun run = cpu.start(NOP, STUI, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 2);
    cpu.iret();
    thread.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-006")
  void cluiBlocksAtOnce(Machine machine, Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.targets().point(0, VECTOR, thread.descriptor());
    cpu.sti();
    thread.enterUserReceiving();
    cpu.run(CLUI, new Instruction.Senduipi(0), NOP);
    machine.expectNothing();
    BlockRun run = cpu.start(STUI, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    cpu.iret();
    thread.leaveUser();
  }

  @Test
  @Covers({"UINTR-INS-007", "UINTR-INS-008"})
  void testuiGivesUifInCfAndClearsTheOtherStatusFlags(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    long all = Instruction.STATUS_FLAGS | Rflags.FIXED;
    for (boolean user : new boolean[] {false, true}) {
      if (user) {
        thread.enterUser();
      }
      for (long before : new long[] {all, Rflags.FIXED}) {
        Instruction popf = new Instruction.Popf(before);
        assertThat(cpu.run(STUI, popf, TESTUI)[0]).as("flags with UIF = 1").isEqualTo(1);
        assertThat(cpu.run(CLUI, popf, TESTUI)[0]).as("flags with UIF = 0").isZero();
      }
    }
    thread.leaveUser();
  }

  @Test
  @Covers({"UINTR-INS-005", "UINTR-INS-006"})
  void stuiAndCluiChangeNoFlag(Cpu cpu) {
    UserThread.receivingOn(cpu);
    for (long flags : new long[] {Instruction.STATUS_FLAGS | Rflags.FIXED, Rflags.FIXED}) {
      long[] values = cpu.run(new Instruction.Popf(flags), STUI, PUSHF, CLUI, PUSHF);
      assertThat(values).as("RFLAGS").containsExactly(flags, flags);
    }
  }
}
