package io.apictck.suites.msix;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
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
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.FunctionPin;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Landing;
import io.apictck.suites.support.MessageGates;
import io.apictck.suites.support.MessageSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What a function with MSI-X sends, and when (PCI Local Bus Specification, "Sending Messages",
 * "Enabling Operation", "MSI-X Configuration").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.MSI_X, stimuli = Stimulus.FUNCTION_INTERRUPTS)
final class MsiXMessageTests {
  private static final int VECTOR = 0x61;

  private static int last(MsiXCapability msiX) {
    return Math.min(msiX.entries(), msiX.function().interrupts()) - 1;
  }

  private static void enable(MsiXCapability msiX) {
    msiX.setControl(MsiXControl.of(MsiXControl.ENABLE));
  }

  private static void disable(MsiXCapability msiX) {
    msiX.setControl(MsiXControl.of(0));
    for (int entry = 0; entry < msiX.entries(); entry++) {
      msiX.setMask(entry, true);
    }
  }

  @Test
  @Sweep
  @Covers({"MSIX-CAP-004", "MSIX-CAP-005", "MSIX-CAP-006", "MSIX-CAP-012"})
  void allCombinationsOfWhatLetsAConditionOut(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      MessageSource source = new MessageSource.MsiX(msiX);
      FunctionPin pin = FunctionPin.watch(msiX.function());
      cases.each(MessageGates.all(source), gates -> gates.verify(source, landing, pin));
      pin.release();
      msiX.function().activate();
    }
  }

  @Test
  @Sweep
  @Covers("MSIX-CAP-003")
  void writesAllBitsOfItsData(Machine machine, Cases cases) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      enable(msiX);
      cases.range(
          0,
          Integer.SIZE - 1,
          bit -> {
            int entry = bit % (last(msiX) + 1);
            for (int data : List.of(1 << bit, ~(1 << bit))) {
              msiX.setMessage(entry, landing.address(), data);
              msiX.setMask(entry, false);
              msiX.function().pulse(entry);
              landing.expect(data);
              msiX.setMask(entry, true);
            }
          });
      landing.expectNothing();
      disable(msiX);
    }
  }

  @Test
  @Covers("MSIX-CAP-003")
  void eachEventSendsItsOwnEntry(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      for (int entry = 0; entry <= last(msiX); entry++) {
        msiX.setEntry(entry, new MsiXEntry(landing.address(), 0x7000_0000 | entry, 0));
      }
      enable(msiX);
      for (int entry = last(msiX); entry >= 0; entry--) {
        msiX.function().pulse(entry);
        landing.expect(0x7000_0000 | entry);
      }
      landing.expectNothing();
      disable(msiX);
    }
  }

  @InEachApicMode
  @Covers("MSIX-CAP-003")
  void entriesReachDifferentProcessors(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    machine.cpus().forEach(Cpu::sti);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.setEntry(0, cpu, 0x61);
      msiX.setEntry(1, other, 0x72);
      enable(msiX);
      msiX.function().pulse(0);
      cpu.serve(0x61);
      machine.expectNothing();
      msiX.function().pulse(1);
      other.serve(0x72);
      machine.expectNothing();
      disable(msiX);
    }
  }

  /** The upper half of the address counts: this is no message to a local APIC. */
  @Test
  @Covers({"MSIX-CAP-003", "MSI-MSG-014"})
  void theUpperAddressCounts(Machine machine, Cpu cpu) {
    cpu.sti();
    long address = MessageAddress.physical(cpu.apicId()).physicalAddress();
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.setEntry(0, new MsiXEntry(1L << 33 | address, VECTOR, 0));
      enable(msiX);
      msiX.function().pulse(0);
      machine.expectNothing();
      assertThat(cpu.lapic()).isIdle();
      disable(msiX);
    }
  }

  @Test
  @Covers("MSIX-CAP-006")
  void stateIsKeptWhileDisabled(Machine machine, Cpu cpu) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.setEntry(0, cpu, 0x61);
      msiX.setEntry(1, cpu, 0x62);
      msiX.setMask(1, true);
      MsiXEntry first = msiX.entry(0);
      MsiXEntry second = msiX.entry(1);
      for (boolean functionMask : List.of(true, false)) {
        msiX.setFunctionMask(functionMask);
        for (boolean enabled : List.of(true, false, true)) {
          msiX.setEnabled(enabled);
          assertThat(msiX.control().functionMask()).as("function mask").isEqualTo(functionMask);
          assertThat(msiX.entry(0)).isEqualTo(first);
          assertThat(msiX.entry(1)).isEqualTo(second);
        }
      }
      cpu.sti();
      msiX.function().pulse(0);
      cpu.serve(0x61);
      disable(msiX);
      cpu.cli();
    }
  }

  /** Before any entry was programmed all are masked: an event stays pending. */
  @Test
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers({"MSIX-CAP-002", "MSIX-CAP-004"})
  void nothingIsSentBeforeAnEntryIsProgrammed(Machine machine) {
    long low = machine.cpu(0).run(new Instruction.Load(0, 8))[0];
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      enable(msiX);
      for (int entry : List.of(0, last(msiX))) {
        msiX.function().interrupt(entry, true);
        assertThat(msiX.pending(entry)).as("pending bit %d", entry).isTrue();
        msiX.function().interrupt(entry, false);
      }
      disable(msiX);
    }
    machine.expectNothing();
    assertThat(machine.cpu(0).run(new Instruction.Load(0, 8))[0]).as("memory at 0").isEqualTo(low);
  }

  @Test
  @Covers("MSIX-CAP-007")
  void aPendingMessageUsesWhatTheEntryHoldsWhenUnmasked(Machine machine, Cpu cpu) {
    Cpu other = machine.cpu(1);
    machine.cpus().forEach(Cpu::sti);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      for (boolean byFunctionMask : List.of(false, true)) {
        int entry = last(msiX);
        msiX.setEntry(entry, cpu, 0x61);
        enable(msiX);
        if (byFunctionMask) {
          msiX.setFunctionMask(true);
        } else {
          msiX.setMask(entry, true);
        }
        msiX.function().interrupt(entry, true);
        machine.expectNothing();
        msiX.setMessage(entry, MessageAddress.physical(other.apicId()).physicalAddress(), 0x72);
        machine.expectNothing();
        msiX.setFunctionMask(false);
        msiX.setMask(entry, false);
        other.serve(0x72);
        machine.expectNothing();
        msiX.function().interrupt(entry, false);
        // and later events, too
        msiX.function().pulse(entry);
        other.serve(0x72);
        disable(msiX);
      }
    }
  }

  @Test
  @Covers("MSIX-CAP-007")
  void aMaskedEntryMayHoldAnything(Machine machine, Cpu cpu) {
    Landing landing = Landing.at(machine, 0);
    cpu.sti();
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      enable(msiX);
      msiX.setEntry(
          0,
          new MsiXEntry(
              MessageAddress.physical(cpu.apicId()).physicalAddress(), VECTOR, MsiXEntry.MASK));
      msiX.setEntry(1, new MsiXEntry(landing.address(), 0x1234, MsiXEntry.MASK));
      for (int i = 0; i < 3; i++) {
        msiX.function().pulse(0);
        msiX.function().pulse(1);
      }
      landing.expectNothing();
      disable(msiX);
    }
  }

  @Test
  @Records
  @Covers("MSIX-CAP-008")
  void anUnmaskedEntryIsChanged(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      msiX.setEntry(0, new MsiXEntry(landing.address(), 0x1111, 0));
      enable(msiX);
      msiX.function().pulse(0);
      landing.expect(0x1111);
      msiX.write(0, MsiXEntry.DATA, 0x2222);
      msiX.function().pulse(0);
      machine.settle(() -> !landing.written().isEmpty());
      machine.observe("written of an unmasked entry that was changed", landing.written());
      assertThat(landing.written().keySet()).as("distances of what was written").isSubsetOf(0);
      landing.clear();
      disable(msiX);
    }
  }

  @Test
  @Covers("MSIX-CAP-011")
  void entriesMayShareAVector(Machine machine, Cpu cpu) {
    Counter counter = cpu.countInterrupts(VECTOR);
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      PciFunction function = msiX.function();
      int last = last(msiX);
      msiX.setEntry(0, cpu, VECTOR);
      msiX.setEntry(last, cpu, VECTOR);
      enable(msiX);
      cpu.sti();
      for (int i = 1; i <= 4; i++) {
        counter.clear();
        function.pulse((i & 1) == 0 ? 0 : last);
        machine.settle(() -> counter.count() > 0);
        assertThat(counter.count()).as("interrupts of event %d", i).isEqualTo(1);
      }
      // both before one is taken: one request holds them
      cpu.cli();
      counter.clear();
      function.pulse(0);
      function.pulse(last);
      machine.settle(() -> cpu.lapic().irr().contains(VECTOR));
      cpu.sti();
      machine.settle(() -> counter.count() > 0);
      machine.expectNothing();
      assertThat(counter.count()).as("interrupts of two events").isBetween(1, 2);
      cpu.cli();
      disable(msiX);
    }
  }

  @Test
  @Covers("MSIX-CAP-012")
  void eventsAfterBusMasterEnableAreDelivered(Machine machine, Cpu cpu) {
    Counter counter = cpu.countInterrupts(VECTOR);
    cpu.sti();
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      PciFunction function = msiX.function();
      msiX.setEntry(0, cpu, VECTOR);
      enable(msiX);
      counter.clear();
      function.setBusMaster(false);
      function.interrupt(0, true);
      machine.expectNothing();
      assertThat(counter.count()).as("messages without bus master enable").isZero();
      machine.note("pending bit without bus master enable: " + msiX.pending(0));
      function.interrupt(0, false);
      function.setBusMaster(true);
      function.setInterruptDisable(true);
      machine.expectNothing();
      counter.clear();
      function.pulse(0);
      machine.settle(() -> counter.count() > 0);
      machine.expectNothing();
      assertThat(counter.count()).as("messages with interrupt disable").isEqualTo(1);
      function.setInterruptDisable(false);
      disable(msiX);
    }
  }

  /** A condition that is true when messages are enabled: the pin falls silent at once. */
  @Test
  @Covers("MSIX-CAP-006")
  void enablingMessagesReleasesThePin(Machine machine, Cpu cpu) {
    for (MsiXCapability msiX : Functions.msiX(machine)) {
      FunctionPin pin = FunctionPin.watch(msiX.function());
      msiX.function().interrupt(0, true);
      pin.verify(true);
      msiX.setControl(MsiXControl.of(MsiXControl.ENABLE | MsiXControl.FUNCTION_MASK));
      pin.drain();
      pin.verify(false);
      msiX.setControl(MsiXControl.of(0));
      pin.verify(true);
      msiX.function().interrupt(0, false);
      pin.drain();
      pin.verify(false);
      pin.release();
      assertThat(cpu.lapic()).isIdle();
    }
  }
}
