package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.TimerDivide;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.LocalApic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * User interrupts and transactions (Intel SDM Vol. 1, "Programming with Intel Transactional
 * Synchronization Extensions"; Vol. 2, "CLUI", "STUI", "UIRET").
 *
 * <p>A processor may abort any transaction. So one that is to go on gets some tries.
 */
@Conformance
@Requires(
    value = {Feature.USER_INTERRUPTS, Feature.RTM},
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class TransactionTests {
  private static final int VECTOR = 29;
  private static final int TRIES = 50;
  private static final int LONG = 4000;
  private static final long STARTED = Instruction.Xbegin.STARTED;
  private static final Instruction XBEGIN = new Instruction.Xbegin();
  private static final Instruction XEND = new Instruction.Xend();
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction STUI = new Instruction.Stui();
  private static final List<Instruction> UP_TO_XEND =
      List.of(new Instruction.EnterUser(), STUI, XEND);

  private static boolean commits(Cpu cpu, Instruction body) {
    return cpu.run(XBEGIN, body, XEND)[0] == STARTED;
  }

  /** Fails if no transaction with a harmless body goes on to its end. */
  private static void verifyThatTransactionsCommit(Cpu cpu) {
    for (int i = 0; i < TRIES; i++) {
      if (commits(cpu, NOP)) {
        return;
      }
    }
    throw new AssertionError("no transaction of %d ended by XEND".formatted(TRIES));
  }

  @Test
  @Covers("UINTR-INS-009")
  void cluiAndStuiAbort(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    for (boolean user : new boolean[] {false, true}) {
      if (user) {
        thread.enterUser();
      }
      verifyThatTransactionsCommit(cpu);
      for (Instruction instruction : List.of(new Instruction.Clui(), STUI)) {
        for (int i = 0; i < TRIES; i++) {
          assertThat(commits(cpu, instruction)).as("transaction with %s", instruction).isFalse();
        }
      }
    }
    thread.leaveUser();
  }

  /**
   * UIRET goes back to an XEND: a transaction that it lets go on is over there at once, and has
   * committed.
   */
  @Test
  @Covers("UINTR-INS-009")
  void uiretAborts(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    for (int i = 0; i < TRIES; i++) {
      thread.request(1L << VECTOR);
      BlockRun interrupted = cpu.start(UP_TO_XEND);
      InterruptFrame frame = cpu.takeUserInterrupt(VECTOR);
      assertThat(frame.interrupted().index())
          .as("where the user interrupt came, which is before XEND")
          .isEqualTo(UP_TO_XEND.size() - 1);
      verifyThatTransactionsCommit(cpu);
      BlockRun handler = cpu.start(XBEGIN, new Instruction.Uiret());
      assertThat(cpu.machine().settle(() -> handler.completed() && interrupted.completed()))
          .as("UIRET and XEND are done")
          .isTrue();
      assertThat(handler.values()[0]).as("status of the transaction").isNotEqualTo(STARTED);
      assertThat(cpu.run(new Instruction.Testui())[0] & 1).as("UIF behind UIRET").isOne();
      cpu.run(new Instruction.Clui());
      thread.leaveUser();
    }
  }

  @InEachApicMode
  @Covers("UINTR-DEL-014")
  void aUserInterruptAborts(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    thread.enterUser();
    verifyThatTransactionsCommit(cpu);
    thread.leaveUser();
    cpu.sti();
    long word = cpu.machine().newPage();
    int aborted = 0;
    for (int count = 1; count <= TRIES; count++) {
      aborted += interrupt(thread, word, count) ? 1 : 0;
    }
    assertThat(aborted).as("transactions that user interrupts came into").isPositive();
  }

  /** Whether the interrupt of a timer, which is the notification, came into the transaction. */
  private static boolean interrupt(UserThread thread, long word, int count) {
    Cpu cpu = thread.cpu();
    LocalApic lapic = cpu.lapic();
    thread.descriptor().setPir(1L << VECTOR);
    cpu.run(new Instruction.Store(word, Long.BYTES, 0));
    lapic.write(LapicRegister.DIVIDE_CONFIGURATION, TimerDivide.BY_1.code());
    lapic.write(LapicRegister.LVT_TIMER, UserThread.UINV);
    List<Instruction> block = new ArrayList<>();
    block.add(lapic.writing(LapicRegister.INITIAL_COUNT, count));
    block.add(new Instruction.EnterUser());
    block.add(STUI);
    block.add(XBEGIN);
    int begin = block.size();
    block.add(new Instruction.Store(word, Long.BYTES, 1));
    block.addAll(Collections.nCopies(LONG, NOP));
    block.add(XEND);
    BlockRun run = cpu.start(block.toArray(new Instruction[0]));
    InterruptFrame frame = cpu.takeUserInterrupt(VECTOR);
    int index = frame.interrupted().index();
    long stored = cpu.run(new Instruction.Load(word, Long.BYTES))[0];
    cpu.iret();
    cpu.machine().settle(run::completed);
    thread.leaveUser();
    if (run.values()[0] == STARTED) {
      assertThat(begin < index && index < block.size())
          .as("a user interrupt in the transaction, before %d, which goes on", index)
          .isFalse();
      return false;
    }
    if (index == begin) {
      assertThat(stored).as("what the transaction had stored").isZero();
    }
    return index == begin;
  }
}
