package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.ipiv.Sender.Form;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * The notification of a posted IPI (Intel SDM Vol. 3C, "IPI Virtualization", "Posted-Interrupt
 * Processing").
 */
@Conformance
@OnMachine(processors = 3)
@Requires({
  Feature.IPI_VIRTUALIZATION,
  Feature.VIRTUALIZE_APIC_ACCESSES,
  Feature.VIRTUALIZE_X2APIC_MODE
})
final class NotificationTests {
  private static final int NOTIFICATION = ApicGuest.NOTIFICATION_VECTOR;
  private static final int WAKE_UP = 0xF1;
  private static final int ILLEGAL = 5;

  private static long control(Cpu target, int vector) {
    return PostedInterruptDescriptor.control(
        vector, target.apicId(), target.lapic().mode() == ApicMode.X2APIC);
  }

  @InEachApicMode
  @Covers("IPIV-OP-005")
  void isSentIfNeitherOnNorSnIsSet(Machine machine) {
    Cpu receiver = machine.cpu(1);
    Counter notified = receiver.countInterrupts(NOTIFICATION);
    receiver.sti();
    long on = PostedInterruptDescriptor.ON;
    long sn = PostedInterruptDescriptor.SN;
    for (Form form : Form.values()) {
      Sender sender = Sender.of(machine.cpu(0), form);
      for (long state : new long[] {0, on, sn, on | sn}) {
        notified.clear();
        sender.target().setControl(control(receiver, NOTIFICATION) | state);
        sender.sends(Sender.COMMAND);
        machine.settle(() -> notified.count() > 0 || state != 0);
        machine.expectNothing();
        sender.verifyPosted(Sender.VECTOR);
        assertThat(notified).as("ON and SN %d", state).hasCount(state == 0 ? 1 : 0);
        assertThat(sender.target().control())
            .as("control bits after ON and SN %d", state)
            .isEqualTo(control(receiver, NOTIFICATION) | state | (state == 0 ? on : 0));
      }
    }
  }

  @Test
  @Covers("IPIV-OP-005")
  void isOutstandingUntilOnIsCleared(Machine machine) {
    Cpu receiver = machine.cpu(1);
    Counter notified = receiver.countInterrupts(NOTIFICATION);
    receiver.sti();
    Sender sender = Sender.of(machine.cpu(0), Form.MSRS);
    sender.target().setControl(control(receiver, NOTIFICATION));
    sender.sends(Sender.COMMAND);
    sender.sends(Sender.COMMAND.withVector(0xE1));
    machine.settle(() -> notified.count() > 0);
    machine.expectNothing();
    assertThat(notified).hasCount(1);
    sender.verifyPosted(Sender.VECTOR, 0xE1);
    sender.target().setControl(control(receiver, NOTIFICATION));
    sender.sends(Sender.COMMAND.withVector(0x31));
    machine.settle(() -> notified.count() > 1);
    machine.expectNothing();
    assertThat(notified).hasCount(2);
    sender.verifyPosted(0x31);
  }

  @InEachApicMode
  @Covers({"IPIV-OP-006", "IPIV-OP-007"})
  void goesToTheProcessorOfTheDescriptor(Machine machine) {
    for (Form form : Form.values()) {
      Sender sender = Sender.of(machine.cpu(0), form);
      for (Cpu receiver : machine.applicationProcessors()) {
        sender.target().setControl(control(receiver, NOTIFICATION));
        sender.sends(Sender.COMMAND);
        machine.settle(() -> receiver.lapic().irr().contains(NOTIFICATION));
        machine.expectNothing();
        for (Cpu cpu : machine.cpus()) {
          assertThat(cpu.lapic()).requests(cpu == receiver ? new int[] {NOTIFICATION} : new int[0]);
        }
        assertThat(receiver.lapic()).hasTriggerMode(NOTIFICATION, false);
        receiver.sti();
        receiver.serve(NOTIFICATION);
        receiver.cli();
        assertThat(receiver.lapic()).isIdle().hasNoErrors();
        assertThat(machine.cpu(0).lapic()).isIdle().hasNoErrors();
        sender.verifyPosted(Sender.VECTOR);
      }
    }
  }

  @Test
  @Sweep
  @Covers("IPIV-OP-006")
  void hasTheVectorOfTheDescriptor(Machine machine, Cases cases) {
    Cpu receiver = machine.cpu(1);
    Sender sender = Sender.of(machine.cpu(0), Form.PAGE);
    Counter notified = receiver.countInterrupts(0x20, 0xFE);
    receiver.sti();
    cases.range(
        0x20,
        0xFE,
        vector -> {
          notified.clear();
          sender.target().setControl(control(receiver, vector));
          sender.sends(Sender.COMMAND);
          machine.settle(() -> notified.count() > 0);
          assertThat(notified).hasVectors(vector);
          sender.verifyPosted(Sender.VECTOR);
        });
    machine.expectNothing();
  }

  private static ApicGuest receiver(Cpu host) {
    ApicGuest guest =
        ApicGuest.of(host, VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.VIRTUALIZE_X2APIC_MODE);
    guest.descriptor().setControl(control(host, NOTIFICATION));
    return guest;
  }

  @InEachApicMode
  @Sweep
  @Requires(Feature.POSTED_INTERRUPTS)
  @Covers({"IPIV-OP-008", "IPIV-SW-001"})
  void aRunningGuestGetsTheVectorWithoutExits(Machine machine, Cases cases) {
    ApicGuest target = receiver(machine.cpu(1));
    Counter taken = target.guest().countInterrupts(0x20, 0xFF);
    target.vcpu().enter();
    target.guest().sti();
    for (Form form : Form.values()) {
      Sender sender = Sender.of(machine.cpu(0), form);
      sender.guest().table().point(Sender.TARGET, target.descriptor());
      cases.range(
          0x20,
          0xFF,
          vector -> {
            taken.clear();
            sender.enterFor(Sender.COMMAND);
            sender.guest().guest().run(sender.writing(Sender.COMMAND.withVector(vector)));
            machine.settle(() -> taken.count() > 0);
            assertThat(taken).hasVectors(vector);
            assertThat(target.descriptor().by(machine.cpu(2)).control())
                .as("control bits of the descriptor")
                .isEqualTo(control(machine.cpu(1), NOTIFICATION));
            sender.guest().vcpu().leave();
          });
    }
    machine.expectNothing();
    assertThat(target.vcpu().entries()).as("entries of the receiver").isEqualTo(1);
  }

  @InEachApicMode
  @Requires(Feature.POSTED_INTERRUPTS)
  @Covers({"IPIV-OP-009", "IPIV-OP-008"})
  void aGuestReachesItself(Machine machine) {
    for (Form form : Form.values()) {
      Cpu cpu = machine.cpu(0);
      Sender sender = Sender.of(cpu, form, VmxControl.PROCESS_POSTED_INTERRUPTS);
      ApicGuest guest = sender.guest();
      guest.descriptor().setControl(control(cpu, NOTIFICATION));
      guest.table().point(Sender.TARGET, guest.descriptor());
      Counter taken = guest.guest().countInterrupts(Sender.VECTOR);
      sender.enterFor(Sender.COMMAND);
      guest.guest().sti();
      guest.guest().run(sender.writing(Sender.COMMAND));
      machine.settle(() -> taken.count() > 0);
      machine.expectNothing();
      assertThat(taken).hasCount(1);
      guest.vcpu().leave();
      assertThat(guest.descriptor().pir()).as("PIR").isEmptySet();
      assertThat(cpu.lapic()).isIdle();
    }
  }

  @Test
  @Covers("IPIV-SW-003")
  void theDescriptorOfAWaitingTargetChoosesTheWakeUpVector(Machine machine) {
    Cpu receiver = machine.cpu(1);
    Sender sender = Sender.of(machine.cpu(0), Form.MSRS);
    Counter woken = receiver.countInterrupts(WAKE_UP);
    sender.target().setControl(control(receiver, WAKE_UP));
    receiver.stiHlt();
    sender.sends(Sender.COMMAND);
    machine.settle(() -> woken.count() > 0);
    assertThat(woken).hasCount(1);
    sender.verifyPosted(Sender.VECTOR);
    sender.target().setControl(control(receiver, WAKE_UP) | PostedInterruptDescriptor.SN);
    sender.sends(Sender.COMMAND);
    machine.expectNothing();
    assertThat(woken).hasCount(1);
    sender.verifyPosted(Sender.VECTOR);
  }

  @Test
  @Records
  @Covers("IPIV-OP-011")
  void anIllegalNotificationVector(Machine machine) {
    Cpu receiver = machine.cpu(1);
    Sender sender = Sender.of(machine.cpu(0), Form.MSRS);
    sender.target().setControl(control(receiver, ILLEGAL));
    sender.sends(Sender.COMMAND);
    machine.elapse(machine.description().quiet());
    sender.verifyPosted(Sender.VECTOR);
    machine.observe("ESR of the sender", machine.cpu(0).lapic().latchErrors());
    machine.observe("ESR of the receiver", receiver.lapic().latchErrors());
  }

  /** The host keeps the table: with the ID of the guest changed, it has to be changed as well. */
  @Test
  @Records
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("IPIV-SW-004")
  void aGuestThatChangesItsId(Machine machine) {
    Sender sender = Sender.of(machine.cpu(0), Form.PAGE, VmxControl.APIC_REGISTER_VIRTUALIZATION);
    sender.guest().vcpu().enter();
    var exit =
        sender
            .guest()
            .vcpu()
            .run(sender.guest().guest().lapic().writing(LapicRegister.ID, 5L << 24));
    machine.observe("a write of the ID register", exit);
    sender.guest().vcpu().resume();
    sender.guest().vcpu().leave();
    sender.guest().vcpu().clear(VmxControl.IPI_VIRTUALIZATION);
    sender.exits(Sender.COMMAND);
  }
}
