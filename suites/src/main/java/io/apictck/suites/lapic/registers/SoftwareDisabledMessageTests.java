package io.apictck.suites.lapic.registers;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Startup;
import org.junit.jupiter.api.Test;

/**
 * Which messages a software-disabled local APIC takes and sends (Intel SDM Vol. 3A, "Local APIC
 * State After It Has Been Software Disabled").
 */
@Conformance
@OnMachine(processors = 2)
final class SoftwareDisabledMessageTests {
  private static final int VECTOR = 0x61;

  private static void send(Cpu sender, Cpu target, DeliveryMode mode) {
    sender.lapic().send(InterruptCommand.of(mode, 0).withDestination(target.apicId()));
  }

  @InEachApicMode
  @Covers("LAPIC-REG-016")
  void takesNmi(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.lapic().setEnabled(false);
    send(sender, target, DeliveryMode.NMI);
    assertThat(target.takeNmi()).isNmi();
    target.iret();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.SMI)
  @Covers("LAPIC-REG-016")
  void takesSmi(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.lapic().setEnabled(false);
    send(sender, target, DeliveryMode.SMI);
    assertThat(target.takeSmi()).isSmi();
    target.iret();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-016")
  void takesInitAndStartup(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.lapic().setEnabled(false);
    Startup.restart(sender, target);
    assertThat(target.lapic().svr().enabled()).as("software enable after INIT").isFalse();
    target.lapic().setEnabled(true);
    target.sti();
    sender.lapic().sendIpi(target, VECTOR);
    target.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("LAPIC-REG-017")
  void deliversNoFixedInterrupt(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.lapic().setEnabled(false);
    target.sti();
    sender.lapic().sendIpi(target, VECTOR);
    machine.expectNothing();
    sender.lapic().send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    machine.expectNothing();
    afterwards(machine, target);
  }

  @InEachApicMode
  @Covers("LAPIC-REG-017")
  void deliversNoInterruptOfItsOwn(Machine machine, Cpu cpu) {
    cpu.lapic().setEnabled(false);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    machine.expectNothing();
    afterwards(machine, cpu);
  }

  @Test
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers("LAPIC-REG-017")
  void deliversNoMessageOfADevice(Machine machine) {
    Cpu target = machine.cpu(1);
    target.lapic().setEnabled(false);
    target.sti();
    machine.deviceWrite(
        MessageAddress.physical(target.apicId()).raw() & 0xFFFF_FFFFL,
        MessageData.fixed(VECTOR).raw());
    machine.expectNothing();
    afterwards(machine, target);
  }

  /**
   * Whether the message was dropped or kept until the local APIC is enabled again is open; twice is
   * wrong.
   */
  private static void afterwards(Machine machine, Cpu target) {
    Counter counter = target.countInterrupts(VECTOR);
    target.lapic().setEnabled(true);
    machine.expectNothing();
    machine.observe("delivered once enabled again", counter.count());
    assertThat(counter.count()).as("interrupts once enabled again").isLessThanOrEqualTo(1);
    int before = counter.count();
    target.lapic().sendSelfIpi(VECTOR);
    assertThat(machine.settle(() -> counter.count() > before))
        .as("a new interrupt arrives")
        .isTrue();
  }

  @InEachApicMode
  @Covers("LAPIC-REG-019")
  void sendsInterrupts(Machine machine, Cpu sender) {
    Cpu target = machine.cpu(1);
    target.sti();
    sender.lapic().setEnabled(false);
    sender.lapic().sendIpi(target, VECTOR);
    target.serve(VECTOR);
    sender
        .lapic()
        .send(InterruptCommand.fixed(VECTOR + 1).withShorthand(Shorthand.ALL_EXCLUDING_SELF));
    target.serve(VECTOR + 1);
    send(sender, target, DeliveryMode.NMI);
    target.takeNmi();
    target.iret();
    machine.expectNothing();
  }
}
