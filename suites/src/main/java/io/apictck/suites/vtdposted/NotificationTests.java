package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

/** The notification as an interrupt, and interrupts of the unit that are never posted. */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class NotificationTests {
  private static final int VECTOR = 0x61;
  private static final int EVENT = 0x81;
  private static final int LOGICAL_ID_SHIFT = 24;

  private static void notifies(Posting posting, PostedInterrupts descriptor, Cpu target) {
    posting.prepared(descriptor, target);
    posting.request(VECTOR);
    for (Cpu each : posting.machine().cpus()) {
      if (each == target) {
        assertThat(each.lapic()).requests(Posting.NV).hasTriggerMode(Posting.NV, false);
      } else {
        assertThat(each.lapic()).isIdle();
      }
    }
    target.sti();
    target.serve(Posting.NV);
    target.cli();
    assertThat(target.lapic()).isIdle();
    posting.hasNoFault();
    Posting.consume(descriptor);
  }

  @InEachApicMode
  @OnMachine(processors = 3)
  @Covers({"VTPI-OP-008", "VTPI-PID-004", "VTPI-SW-003"})
  void eachProcessorCanBeNotified(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(0));
    posting.post(descriptor, VECTOR);
    for (Cpu target : machine.cpus()) {
      notifies(posting, descriptor, target);
    }
  }

  @Test
  @OnMachine(processors = 3)
  @Covers({"VTPI-OP-008", "VTPI-PID-004"})
  void theDestinationIsPhysical(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(0));
    posting.post(descriptor, VECTOR);
    // as a logical ID each APIC ID would be that of another processor
    for (Cpu each : machine.cpus()) {
      int next = machine.cpu((each.index() + 1) % machine.processors()).apicId();
      each.lapic().write(LapicRegister.LDR, next << LOGICAL_ID_SHIFT);
    }
    for (Cpu target : machine.cpus()) {
      notifies(posting, descriptor, target);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @OnMachine(apicIds = {0, 1, 0x100, 0x1_0200})
  @Covers({"VTPI-PID-004", "VTPI-OP-008", "VTPI-SW-003"})
  void destinationsHave32Bits(Machine machine) {
    Posting posting = Posting.on(machine, true);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(0));
    posting.post(descriptor, VECTOR);
    for (Cpu target : machine.cpus()) {
      notifies(posting, descriptor, target);
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"VTPI-PID-004", "VTPI-SW-003"})
  void withoutExtendedModeDestinationsHave8Bits(Machine machine) {
    Posting posting = Posting.on(machine, false);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(0));
    posting.post(descriptor, VECTOR);
    for (Cpu target : machine.cpus()) {
      NotificationControl control =
          NotificationControl.of(0).withVector(Posting.NV).with((long) target.apicId() << 40, true);
      assertThat(control).isEqualTo(posting.notifying(target));
      notifies(posting, descriptor, target);
    }
  }

  @Test
  @Covers("VTPI-OP-008")
  void compatibilityFormatNeedNotPass(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    assertThat(posting.unit().shows(GlobalCommand.CFI)).as("CFIS").isFalse();
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, VECTOR);
    // neither does an entry at any index that the notification could be taken for matter
    for (int index = 0; index < 0x100; index++) {
      posting
          .table()
          .set(index, PostedEntry.to(descriptor.address(), index).withPresent(index == VECTOR));
    }
    posting.unit().invalidateAll();
    notifies(posting, descriptor, cpu);
  }

  @Test
  @Covers("VTPI-OP-008")
  void eachNotificationVectorArrives(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, VECTOR);
    cpu.sti();
    for (int vector = 0x20; vector < 0xFF; vector++) {
      descriptor.setControl(posting.notifying(cpu).withVector(vector).raw());
      posting.request(VECTOR);
      cpu.serve(vector);
    }
  }

  /** A table in which every entry is posted, and present. */
  private static PostedInterrupts postEverything(Posting posting, Cpu target) {
    PostedInterrupts descriptor = posting.newDescriptor(target);
    for (int index = 1; index < posting.table().entries(); index++) {
      posting.table().set(index, PostedEntry.to(descriptor.address(), index & 0xFF));
    }
    posting.unit().invalidateAll();
    return descriptor;
  }

  @InEachApicMode
  @Covers("VTPI-OP-012")
  void aFaultEventIsNotPosted(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = postEverything(posting, cpu);
    posting.unit().faultEvent().program(cpu, EVENT);
    posting.unit().faultEvent().setMasked(false);
    cpu.sti();
    posting.request(0);
    cpu.serve(EVENT);
    posting.isBlocked(FaultReason.NOT_PRESENT);
    machine.expectNothing();
    Posting.holds(descriptor, posting.notifying(cpu));
  }

  @Test
  @Covers("VTPI-OP-012")
  void aFaultOfPostingSendsTheEventToo(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = postEverything(posting, cpu);
    posting.unit().faultEvent().program(cpu, EVENT);
    posting.unit().faultEvent().setMasked(false);
    NotificationControl bad = posting.notifying(cpu).with(1L << 2, true);
    descriptor.setControl(bad.raw());
    cpu.sti();
    posting.request(VECTOR);
    cpu.serve(EVENT);
    posting.isBlocked(FaultReason.RESERVED_DESCRIPTOR);
    Posting.holds(descriptor, bad);
  }

  @InEachApicMode
  @Covers("VTPI-OP-012")
  void anInvalidationEventIsNotPosted(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = postEverything(posting, cpu);
    posting.unit().invalidationEvent().program(cpu, EVENT);
    posting.unit().invalidationEvent().setMasked(false);
    cpu.sti();
    posting
        .unit()
        .submit(
            InvalidationDescriptor.waitDescriptor().with(InvalidationDescriptor.INTERRUPT, true));
    cpu.serve(EVENT);
    machine.expectNothing();
    Posting.holds(descriptor, posting.notifying(cpu));
    posting.hasNoFault();
  }

  @Test
  @Covers("VTPI-OP-012")
  void messagesOfProcessorsAndOfTheHostAreNotPosted(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = postEverything(posting, cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.serve(VECTOR);
    // and compatibility format is blocked, whatever entry its bits could be an index of
    machine.deviceWrite(
        Posting.DEVICE, MessageAddress.physical(cpu.apicId()).physicalAddress(), VECTOR);
    posting.isBlocked(FaultReason.COMPATIBILITY_FORMAT);
    machine.expectNothing();
    Posting.holds(descriptor, posting.notifying(cpu));
  }
}
