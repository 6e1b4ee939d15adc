package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * User interrupts and user code that waits (Intel SDM Vol. 2, "UMONITOR", "UMWAIT", "TPAUSE",
 * "UIRET").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = {Feature.USER_INTERRUPTS, Feature.WAITPKG},
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class WaitTests {
  private static final int VECTOR = 11;

  /** Later than any test. */
  private static final long NEVER = -1;

  private static final Instruction TPAUSE = new Instruction.Tpause(0, NEVER);
  private static final Instruction UMWAIT = new Instruction.Umwait(0, NEVER);
  private static final Instruction NOP = new Instruction.Nop();

  /** A receiver in user mode on processor 0, and a target of the other processor for it. */
  private static UserThread receiver(Machine machine) {
    UserThread receiver = UserThread.receivingOn(machine.cpu(0));
    UserThread sender = UserThread.on(machine.cpu(1));
    sender.targets().point(0, VECTOR, receiver.descriptor());
    receiver.descriptor().setControl(sender.notifying(receiver.cpu(), UserThread.UINV));
    receiver.cpu().sti();
    receiver.cpu().wrmsr(Msr.IA32_UMWAIT_CONTROL, 0);
    receiver.enterUserReceiving();
    return receiver;
  }

  @InEachApicMode
  @Covers("UINTR-DEL-011")
  void aUserInterruptEndsWaiting(Machine machine, Cpu cpu) {
    long line = machine.newPage();
    for (List<Instruction> wait :
        List.of(
            List.of(NOP, TPAUSE, NOP),
            List.of(NOP, new Instruction.Tpause(1, NEVER), NOP),
            List.of(new Instruction.Umonitor(line), UMWAIT, NOP),
            List.of(new Instruction.Umonitor(line), new Instruction.Umwait(1, NEVER), NOP))) {
      UserThread receiver = receiver(machine);
      BlockRun run = cpu.start(wait.toArray(new Instruction[0]));
      machine.cpu(1).run(new Instruction.Senduipi(0));
      cpu.takeUserInterrupt(VECTOR);
      cpu.iret();
      machine.settle(run::completed);
      assertThat(run.completed()).as("the block that waits is over").isTrue();
      receiver.leaveUser();
      assertThat(receiver.requests()).as("UIRR").isZero();
      assertThat(receiver.descriptor().pir()).as("PIR").isZero();
    }
  }

  @Test
  @Covers("UINTR-DEL-011")
  void aUserInterruptThatIsPendingComesBeforeTheWait(Machine machine, Cpu cpu) {
    UserThread receiver = receiver(machine);
    cpu.run(new Instruction.Clui(), new Instruction.LeaveUser());
    receiver.request(1L << VECTOR);
    receiver.enterUser();
    BlockRun run = cpu.start(new Instruction.Stui(), TPAUSE, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    cpu.iret();
    machine.cpu(1).run(new Instruction.Senduipi(0));
    cpu.takeUserInterrupt(VECTOR);
    cpu.iret();
    machine.settle(run::completed);
    receiver.leaveUser();
  }

  @Test
  @Covers("UINTR-INS-009")
  void uiretClearsTheMonitor(Machine machine, Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    cpu.wrmsr(Msr.IA32_UMWAIT_CONTROL, 0);
    thread.request(1L << VECTOR);
    thread.enterUser();
    BlockRun run = cpu.start(new Instruction.Stui(), NOP, UMWAIT, NOP);
    assertThat(cpu.takeUserInterrupt(VECTOR)).interruptedAt(run, 1);
    cpu.start(new Instruction.Umonitor(machine.newPage()), new Instruction.Uiret());
    machine.settle(run::completed);
    assertThat(run.completed()).as("UMWAIT without a monitor is over at once").isTrue();
    thread.leaveUser();
  }
}
