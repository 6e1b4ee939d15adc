package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.machine.Measurement;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.UserThread;

/**
 * A user thread signals another one on another processor: by a user interrupt, and by the kernel
 * (Intel SDM Vol. 3A, "User Interrupts").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(
    value = Feature.USER_INTERRUPTS,
    stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
final class SignalTests {
  private static final String TABLE = "Kernel entries of a signal between threads";
  private static final String ENTRIES = "kernel entries";
  private static final int VECTOR = 7;
  private static final int SYSTEM_CALL = 0x91;
  private static final int RESCHEDULE = 0x61;

  private static Counter countKernelEntries(Cpu cpu) {
    return cpu.countInterrupts(0x20, 0xFE);
  }

  @InEachApicMode
  @Covers({"UINTR-SEND-001", "UINTR-SEND-010", "UINTR-NOT-001", "UINTR-DEL-001", "UINTR-INS-001"})
  void aUserInterruptNeedsNoKernelOnEitherSide(Machine machine) {
    machine.note("the kernel gives each thread a descriptor, a table of targets and a handler");
    UserThread sender = UserThread.on(machine.cpu(0));
    UserThread receiver = UserThread.receivingOn(machine.cpu(1));
    machine.note("target 0 of the sender is user vector 7 of the receiver");
    sender.targets().point(0, VECTOR, receiver.descriptor());
    receiver.descriptor().setControl(sender.notifying(receiver.cpu(), UserThread.UINV));
    machine.note("both threads go to user mode");
    receiver.cpu().sti();
    receiver.enterUserReceiving();
    sender.cpu().sti();
    sender.enterUser();
    Counter ofSender = countKernelEntries(sender.cpu());
    Counter ofReceiver = countKernelEntries(receiver.cpu());

    machine.note("the sender executes SENDUIPI: the request is posted, and a notification sent");
    sender.cpu().run(new Instruction.Senduipi(0));
    receiver.cpu().takeUserInterrupt(VECTOR);
    machine.note(
        "the receiver was notified without a handler of the kernel; its own one runs, and ends");
    receiver.cpu().iret();

    int entries = ofSender.count() + ofReceiver.count();
    machine.measure(new Measurement(TABLE, row("user interrupt", machine), ENTRIES, entries));
    assertThat(ofSender).as("kernel entries of the sender").hasCount(0);
    assertThat(ofReceiver).as("kernel entries of the receiver").hasCount(0);
    sender.leaveUser();
    receiver.leaveUser();
  }

  @InEachApicMode
  @Covers("UINTR-NOT-002")
  void anOrdinarySignalEntersTheKernelOnBothSides(Machine machine) {
    Cpu sender = machine.cpu(0);
    Cpu receiver = machine.cpu(1);
    UserThread.on(receiver);
    machine.note("both threads go to user mode");
    receiver.sti();
    receiver.run(new Instruction.EnterUser());
    sender.run(new Instruction.EnterUser());
    Counter ofReceiver = countKernelEntries(receiver);
    Counter ofSender =
        sender.onInterrupt(
            SYSTEM_CALL,
            (cpu, frame) -> {
              cpu.lapic().sendIpi(receiver, RESCHEDULE);
              InterruptHandler.RETURN.handle(cpu, frame);
            });

    machine.note(
        "the sender calls its kernel, which sends an IPI; the kernel of the receiver takes it");
    sender.run(new Instruction.Int(SYSTEM_CALL), new Instruction.Nop());
    machine.settle(() -> ofReceiver.count() > 0);

    int entries = ofSender.count() + ofReceiver.count();
    machine.measure(new Measurement(TABLE, row("system call and IPI", machine), ENTRIES, entries));
    assertThat(ofSender).as("kernel entries of the sender").hasCount(1);
    assertThat(ofReceiver).as("kernel entries of the receiver").hasCount(1);
    sender.run(new Instruction.LeaveUser());
    receiver.run(new Instruction.LeaveUser());
  }

  /** Each mode has a row of its own: one table would add them up. */
  private static String row(String way, Machine machine) {
    return way + (machine.cpu(0).lapic().mode() == ApicMode.X2APIC ? ", x2APIC" : ", xAPIC");
  }
}
