package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;

/** What an operating system does when it switches threads (Linux, user interrupts). */
@Conformance
@OnMachine(processors = 3)
@Requires(
    value = Feature.USER_INTERRUPTS,
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class SwitchTests {
  private static final int WAKE_UP = 0xF1;
  private static final long ON = UserPostedInterruptDescriptor.ON;
  private static final long SN = UserPostedInterruptDescriptor.SN;

  /** The thread is taken from its processor: posts are not notified. */
  private static SavedState deschedule(UserThread thread) {
    thread.descriptor().setControl(thread.descriptor().control() | SN);
    SavedState state = SavedState.of(thread.cpu());
    state.save();
    return state;
  }

  /** The thread goes on on another processor. */
  private static UserThread schedule(UserThread thread, SavedState state, Cpu cpu) {
    UserThread moved = new UserThread(cpu, thread.descriptor().by(cpu), thread.targets());
    moved.enable(true);
    state.by(cpu).restore();
    moved.descriptor().setControl(moved.notifying(cpu, UserThread.UINV));
    return moved;
  }

  private static UserThread sender(Machine machine, UserThread receiver, int... vectors) {
    UserThread sender = UserThread.on(machine.cpu(1));
    for (int i = 0; i < vectors.length; i++) {
      sender.targets().point(i, vectors[i], receiver.descriptor());
    }
    return sender;
  }

  @InEachApicMode
  @Covers("UINTR-KRN-001")
  void aThreadThatDoesNotRunCollectsRequestsWithoutNotifications(Machine machine) {
    UserThread receiver = UserThread.receivingOn(machine.cpu(0));
    UserThread sender = sender(machine, receiver, 4, 50);
    machine.cpu(0).sti();
    deschedule(receiver);
    sender.cpu().run(new Instruction.Senduipi(0), new Instruction.Senduipi(1));
    machine.expectNothing();
    assertThat(receiver.descriptor().pir()).as("PIR").isEqualTo(1L << 4 | 1L << 50);
    assertThat(receiver.descriptor().control() & ON).as("ON").isZero();
    assertThat(receiver.cpu().lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("UINTR-KRN-002")
  void whatItCollectedComesWhenItRunsAgainOnAnotherProcessor(Machine machine) {
    Cpu first = machine.cpu(0);
    Cpu second = machine.cpu(2);
    UserThread receiver = UserThread.receivingOn(first);
    UserThread sender = sender(machine, receiver, 4, 50);
    first.run(new Instruction.Stui());
    SavedState state = deschedule(receiver);
    sender.cpu().run(new Instruction.Senduipi(0), new Instruction.Senduipi(1));

    UserThread moved = schedule(receiver, state, second);
    Counter high = second.onUserInterrupt(50, InterruptHandler.RETURN);
    Counter low = second.onUserInterrupt(4, InterruptHandler.RETURN);
    assertThat(receiver.descriptor().pir()).as("PIR").isNotZero();
    second.lapic().sendSelfIpi(UserThread.UINV);
    second.sti();
    moved.enterUser();
    machine.settle(() -> low.count() > 0);
    assertThat(high).hasCount(1);
    assertThat(low).hasCount(1);
    sender.cpu().run(new Instruction.Senduipi(1));
    machine.settle(() -> high.count() > 1);
    assertThat(high).hasCount(2);
    moved.leaveUser();
    assertThat(first.lapic()).isIdle();
  }

  @InEachApicMode
  @Covers("UINTR-KRN-003")
  void aBlockedThreadIsWokenByAnInterruptOfTheKernel(Machine machine) {
    Cpu cpu = machine.cpu(0);
    UserThread receiver = UserThread.receivingOn(cpu);
    UserThread sender = sender(machine, receiver, 4, 50);
    Counter woken = cpu.countInterrupts(WAKE_UP);
    receiver.descriptor().setControl(receiver.notifying(cpu, WAKE_UP));
    cpu.sti();
    sender.cpu().run(new Instruction.Senduipi(0), new Instruction.Senduipi(1));
    machine.settle(() -> woken.count() > 0);
    machine.expectNothing();
    assertThat(woken).hasCount(1);
    assertThat(receiver.requests()).as("UIRR").isZero();
    assertThat(receiver.descriptor().pir()).as("PIR").isEqualTo(1L << 4 | 1L << 50);
    assertThat(receiver.descriptor().control() & ON).as("ON").isEqualTo(ON);
  }
}
