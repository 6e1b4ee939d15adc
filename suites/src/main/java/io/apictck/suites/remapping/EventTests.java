package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.vtd.EventControl;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.EventInterrupt;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

/**
 * Interrupts of the unit itself (Intel VT-d specification, "Remapping Hardware Event Interrupt
 * Programming", "Fault Event Control Register", "Invalidation Event Control Register").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(Feature.INTERRUPT_REMAPPING)
final class EventTests {
  private static final int FAULT = 0x81;
  private static final int INVALIDATION = 0x92;

  private static void verifyControl(EventInterrupt event, int expected, String when) {
    assertThat(event.control()).as("event control %s", when).isEqualTo(EventControl.of(expected));
  }

  /** Makes a fault: no entry is present. */
  private static void fault(Machine machine, Requester requester) {
    requester.request(Remapping.INDEX);
    assertThat(machine.settle(() -> machine.remappingUnit().faultStatus().pending()))
        .as("a fault is recorded")
        .isTrue();
  }

  private static InvalidationDescriptor interrupting() {
    return InvalidationDescriptor.waitDescriptor().with(InvalidationDescriptor.INTERRUPT, true);
  }

  private static boolean completionIsSet(RemappingUnit unit) {
    return (unit.read(RemappingRegister.ICS) & RemappingRegister.IWC) != 0;
  }

  @Test
  @Covers("IR-FLT-009")
  void eventsAreMaskedAfterReset(Machine machine) {
    RemappingUnit unit = machine.remappingUnit();
    verifyControl(unit.faultEvent(), EventControl.IM, "of faults after reset");
    verifyControl(unit.invalidationEvent(), EventControl.IM, "of invalidations after reset");
    unit.faultEvent().setMasked(false);
    unit.invalidationEvent().setMasked(false);
    verifyControl(unit.faultEvent(), 0, "of faults without mask");
    verifyControl(unit.invalidationEvent(), 0, "of invalidations without mask");
    machine.reset();
    verifyControl(machine.remappingUnit().faultEvent(), EventControl.IM, "after another reset");
    verifyControl(
        machine.remappingUnit().invalidationEvent(), EventControl.IM, "after another reset");
  }

  @InEachApicMode
  @Covers({"IR-FLT-006", "IR-PRG-006"})
  void aFaultInterruptsOnce(Machine machine) {
    Requester requester = Requesters.any(machine);
    Cpu target = machine.cpu(1);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().program(target, FAULT);
    unit.faultEvent().setMasked(false);
    target.sti();
    for (int i = 0; i < 2; i++) {
      fault(machine, requester);
      target.takeInterrupt(FAULT);
      verifyControl(unit.faultEvent(), 0, "in the handler");
      target.finishInterrupt();
      machine.expectNothing();
      unit.clearFaults();
      machine.expectNothing();
    }
  }

  @InEachApicMode
  @Covers({"IR-FLT-006", "IR-FLT-007"})
  void aMaskedFaultEventIsHeldAndSentWithoutMask(Machine machine) {
    Cpu target = machine.cpu(1);
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().program(target, FAULT);
    target.sti();
    fault(machine, requester);
    machine.expectNothing();
    verifyControl(unit.faultEvent(), EventControl.IM | EventControl.IP, "with a held message");
    unit.faultEvent().setMasked(false);
    target.takeInterrupt(FAULT);
    verifyControl(unit.faultEvent(), 0, "after the held message");
    target.finishInterrupt();
    unit.faultEvent().setMasked(true);
    unit.faultEvent().setMasked(false);
    machine.expectNothing();
    unit.clearFaults();
  }

  @InEachApicMode
  @Covers("IR-FLT-007")
  void clearingTheCausesDropsAHeldFaultEvent(Machine machine) {
    Cpu target = machine.cpu(1);
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().program(target, FAULT);
    target.sti();
    fault(machine, requester);
    verifyControl(unit.faultEvent(), EventControl.IM | EventControl.IP, "with a held message");
    unit.clearFaults();
    verifyControl(unit.faultEvent(), EventControl.IM, "without causes");
    unit.faultEvent().setMasked(false);
    machine.expectNothing();
    fault(machine, requester);
    target.serve(FAULT);
    unit.clearFaults();
  }

  @InEachApicMode
  @Covers("IR-FLT-008")
  void anotherFaultIsNoNewEvent(Machine machine) {
    Cpu target = machine.cpu(1);
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().program(target, FAULT);
    unit.faultEvent().setMasked(false);
    target.sti();
    fault(machine, requester);
    target.serve(FAULT);
    for (int i = 0; i <= unit.faultRecords(); i++) {
      requester.request(Remapping.INDEX + 1 + i);
    }
    machine.expectNothing();
    verifyControl(unit.faultEvent(), 0, "after more faults");
    unit.clearFaults();
    machine.expectNothing();
    fault(machine, requester);
    target.serve(FAULT);
    unit.clearFaults();
    machine.expectNothing();
  }

  /**
   * With remapping on and compatibility format blocked, every vector comes as it was programmed.
   */
  @InEachApicMode
  @Sweep
  @Covers({"IR-PRG-006", "IR-QI-006"})
  void eventsAreNotRemapped(Machine machine, Cases cases) {
    RemappingUnit unit = machine.remappingUnit();
    Cpu target = machine.cpu(1);
    unit.start();
    unit.invalidationEvent().setMasked(false);
    target.sti();
    cases.range(
        0x10,
        0xFE,
        vector -> {
          unit.invalidationEvent().program(target, vector);
          unit.complete(interrupting());
          target.serve(vector);
          unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
        });
    machine.expectNothing();
    assertThat(unit).hasNoFault();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 4,
      apicIds = {0, 2, 0x102, 0x1002})
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers("IR-PRG-006")
  void eventsReachAllApicIds(Machine machine) {
    Requester requester = Requesters.any(machine);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.faultEvent().setMasked(false);
    unit.invalidationEvent().setMasked(false);
    for (Cpu target : machine.cpus()) {
      Counter taken = target.countInterrupts(FAULT, INVALIDATION);
      target.sti();
      unit.faultEvent().program(target, FAULT);
      unit.invalidationEvent().program(target, INVALIDATION);
      fault(machine, requester);
      machine.settle(() -> taken.count() > 0);
      unit.clearFaults();
      unit.complete(interrupting());
      machine.settle(() -> taken.count() > 1);
      unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
      machine.expectNothing();
      assertThat(taken.vectors())
          .as("interrupts of %s", target)
          .containsExactly(FAULT, INVALIDATION);
    }
    assertThat(unit).hasNoFault();
  }

  @InEachApicMode
  @Covers("IR-QI-006")
  void aWaitInterruptsIfNoneWasComplete(Machine machine) {
    Cpu target = machine.cpu(1);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.invalidationEvent().program(target, INVALIDATION);
    unit.invalidationEvent().setMasked(false);
    target.sti();
    assertThat(completionIsSet(unit)).as("IWC").isFalse();
    unit.complete(interrupting());
    target.serve(INVALIDATION);
    assertThat(completionIsSet(unit)).as("IWC").isTrue();
    unit.complete(interrupting());
    unit.complete(interrupting());
    machine.expectNothing();
    unit.write(RemappingRegister.ICS, 0);
    assertThat(completionIsSet(unit)).as("IWC after a write of 0").isTrue();
    unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
    assertThat(completionIsSet(unit)).as("IWC after a write of 1").isFalse();
    machine.expectNothing();
    unit.complete(interrupting());
    target.serve(INVALIDATION);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("IR-QI-006")
  void aWaitWithoutInterruptFlagIsSilent(Machine machine) {
    Cpu target = machine.cpu(1);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.invalidationEvent().program(target, INVALIDATION);
    unit.invalidationEvent().setMasked(false);
    target.sti();
    unit.complete();
    machine.expectNothing();
    assertThat(completionIsSet(unit)).as("IWC").isFalse();
  }

  @InEachApicMode
  @Covers("IR-QI-006")
  void aMaskedInvalidationEventIsHeld(Machine machine) {
    Cpu target = machine.cpu(1);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    EventInterrupt event = unit.invalidationEvent();
    event.program(target, INVALIDATION);
    target.sti();
    unit.complete(interrupting());
    machine.expectNothing();
    verifyControl(event, EventControl.IM | EventControl.IP, "with a held message");
    event.setMasked(false);
    target.serve(INVALIDATION);
    verifyControl(event, 0, "after the held message");
    event.setMasked(true);
    unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
    unit.complete(interrupting());
    verifyControl(event, EventControl.IM | EventControl.IP, "with a held message");
    unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
    verifyControl(event, EventControl.IM, "without cause");
    event.setMasked(false);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("IR-QI-007")
  void theStatusIsThereBeforeTheInterrupt(Machine machine) {
    Cpu target = machine.cpu(1);
    RemappingUnit unit = machine.remappingUnit();
    unit.start();
    unit.invalidationEvent().program(target, INVALIDATION);
    unit.invalidationEvent().setMasked(false);
    long status = machine.newPage();
    target.sti();
    for (int data = 1; data < 5; data++) {
      unit.submit(
          InvalidationDescriptor.allEntries(),
          InvalidationDescriptor.waitWriting(status, data)
              .with(InvalidationDescriptor.INTERRUPT, true));
      target.takeInterrupt(INVALIDATION);
      assertThat(target.read32(status)).as("status in the handler").isEqualTo(data);
      unit.write(RemappingRegister.ICS, RemappingRegister.IWC);
      target.finishInterrupt();
    }
    machine.expectNothing();
  }
}
