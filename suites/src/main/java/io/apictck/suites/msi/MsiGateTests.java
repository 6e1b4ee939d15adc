package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.FunctionPin;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Landing;
import io.apictck.suites.support.MessageGates;
import io.apictck.suites.support.MessageSource;
import org.junit.jupiter.api.Test;

/**
 * Message or interrupt pin (PCI Local Bus Specification, "Enabling Operation", "Device Control").
 */
@Conformance
@Requires(value = Feature.MSI, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class MsiGateTests {
  private static final int VECTOR = 0x61;

  @Test
  @Sweep
  @Covers({"MSI-CAP-004", "MSI-CAP-008", "MSI-CAP-010", "MSI-CAP-011"})
  void allCombinationsOfWhatLetsAConditionOut(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiCapability msi : Functions.msi(machine)) {
      MessageSource source = new MessageSource.Msi(msi);
      FunctionPin pin = FunctionPin.watch(msi.function());
      cases.each(MessageGates.all(source), gates -> gates.verify(source, landing, pin));
      pin.release();
      msi.function().activate();
    }
  }

  /** The pin follows the conditions as a level: it is asserted until the last one is over. */
  @Test
  @Covers("MSI-CAP-004")
  void withoutMessagesThePinFollowsAnyCondition(Machine machine) {
    for (MsiCapability msi : Functions.msi(machine)) {
      PciFunction function = msi.function();
      FunctionPin pin = FunctionPin.watch(function);
      int last = function.interrupts() - 1;
      function.interrupt(0, true);
      pin.verify(true);
      function.interrupt(last, true);
      function.interrupt(0, false);
      assertThat(function.interruptStatus()).as("interrupt status").isEqualTo(last != 0);
      function.interrupt(last, false);
      assertThat(function.interruptStatus()).as("interrupt status at the end").isFalse();
      pin.drain();
      pin.verify(false);
      pin.release();
    }
  }

  @Test
  @Covers("MSI-CAP-010")
  void eventsAfterBusMasterEnableAreDelivered(Machine machine, Cpu cpu) {
    cpu.sti();
    for (MsiCapability msi : Functions.msi(machine)) {
      Counter counter = cpu.countInterrupts(VECTOR);
      PciFunction function = msi.function();
      msi.program(cpu, VECTOR);
      function.setBusMaster(false);
      msi.setEnabled(true);
      function.pulse(0);
      machine.expectNothing();
      assertThat(counter.count()).as("messages without bus master enable").isZero();
      function.setBusMaster(true);
      machine.expectNothing();
      counter.clear();
      function.pulse(0);
      assertThat(machine.settle(() -> counter.count() > 0))
          .as("message of the next event")
          .isTrue();
      machine.expectNothing();
      assertThat(counter.count()).as("messages of the next event").isEqualTo(1);
      msi.setEnabled(false);
    }
  }

  @Test
  @Records
  @Covers("MSI-CAP-010")
  void anEventWithoutBusMasterEnable(Machine machine, Cpu cpu) {
    cpu.sti();
    for (MsiCapability msi : Functions.msi(machine)) {
      Counter counter = cpu.countInterrupts(VECTOR);
      msi.program(cpu, VECTOR);
      msi.function().setBusMaster(false);
      msi.setEnabled(true);
      msi.function().interrupt(0, true);
      machine.expectNothing();
      assertThat(counter.count()).as("messages without bus master enable").isZero();
      msi.function().setBusMaster(true);
      machine.expectNothing();
      machine.observe("messages of " + msi + " once it is bus master", counter.count());
      assertThat(counter.count()).as("messages of one event").isLessThanOrEqualTo(1);
      msi.function().interrupt(0, false);
      msi.setEnabled(false);
    }
  }

  @Test
  @Covers("MSI-CAP-011")
  void interruptDisableDoesNotStopMessages(Machine machine, Cpu cpu) {
    for (MsiCapability msi : Functions.msi(machine)) {
      PciFunction function = msi.function();
      msi.program(cpu, VECTOR);
      function.setInterruptDisable(true);
      msi.setEnabled(true);
      FunctionPin pin = FunctionPin.watch(function);
      cpu.sti();
      function.interrupt(0, true);
      cpu.serve(VECTOR);
      machine.expectNothing();
      function.interrupt(0, false);
      cpu.cli();
      msi.setEnabled(false);
      function.setInterruptDisable(false);
      pin.release();
    }
  }

  /** The address is looked at when the message is sent, so that both halves count. */
  @Test
  @Covers({"MSI-CAP-012", "MSI-CAP-005"})
  void valuesWrittenWhileDisabledAreUsed(Machine machine, Cpu cpu) {
    cpu.sti();
    for (MsiCapability msi : Functions.msi(machine)) {
      Landing old = Landing.at(machine, 0x100);
      msi.program(old.address(), 0x1234);
      msi.setEnabled(true);
      msi.function().pulse(0);
      old.expect(0x1234);
      msi.setEnabled(false);
      msi.program(cpu, VECTOR);
      msi.setEnabled(true);
      msi.function().pulse(0);
      cpu.serve(VECTOR);
      old.expectNothing();
      msi.setEnabled(false);
    }
  }

  @Test
  @Covers("MSI-MSG-014")
  void anUpperAddressIsNoMessageAddress(Machine machine, Cpu cpu) {
    cpu.sti();
    for (MsiCapability msi :
        Functions.msi(
            machine, "a PCI function has MSI with 64-bit addresses", f -> f.address64())) {
      long address = MessageAddress.physical(cpu.apicId()).physicalAddress();
      msi.program(1L << 32 | address, VECTOR);
      msi.setEnabled(true);
      msi.function().pulse(0);
      machine.expectNothing();
      assertThat(cpu.lapic()).isIdle();
      msi.setEnabled(false);
      msi.program(address, VECTOR);
      msi.setEnabled(true);
      msi.function().pulse(0);
      cpu.serve(VECTOR);
      msi.setEnabled(false);
    }
  }
}
