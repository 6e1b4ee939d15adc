package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The descriptor as interrupt posting uses it. */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class PostedDescriptorTests {
  private static final int INDEX = 5;
  private static final int VECTOR = 0x72;
  private static final long PATTERN = 0x5AA5_1234_8765_0FF1L;

  private static void setBoth(Posting posting, PostedEntry entry) {
    posting.set(INDEX, entry);
    posting.set(INDEX + 1, entry.withFaultProcessingDisabled(true));
  }

  /** Requests by two entries: the second one keeps faults from being recorded. */
  private static void isBlocked(Posting posting, FaultReason reason) {
    posting.request(INDEX);
    posting.isBlocked(reason);
    posting.request(INDEX + 1);
    posting.hasNoFault();
  }

  /** Of bits 319:256: those that are reserved, from 0. */
  private static List<Integer> reservedBits(boolean extended) {
    return IntStream.range(0, Long.SIZE)
        .filter(bit ->
            (bit >= 2 && bit <= 15)
                || (bit >= 24 && bit <= 31)
                || (!extended && ((bit >= 32 && bit <= 39) || bit >= 48)))
        .boxed()
        .toList();
  }

  @Test
  @Covers("VTPI-PID-001")
  void memoryAroundItStays(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    long page = machine.newPage();
    int size = PostedInterruptDescriptor.SIZE;
    PostedInterrupts before = new PostedInterrupts(cpu, page);
    PostedInterrupts descriptor = new PostedInterrupts(cpu, page + size);
    PostedInterrupts behind = new PostedInterrupts(cpu, page + 2L * size);
    for (int offset = 0; offset < size; offset += Long.BYTES) {
      before.setQuad(offset, PATTERN);
      behind.setQuad(offset, ~PATTERN);
    }
    Counter notified = cpu.countInterrupts(Posting.NV);
    cpu.sti();
    for (int vector = 0x1F; vector < 0x100; vector += 0x20) {
      posting.prepared(descriptor, cpu);
      posting.set(INDEX, PostedEntry.to(descriptor.address(), vector));
      posting.request(INDEX);
    }
    posting.isNotified(notified, 8);
    for (int offset = 0; offset < size; offset += Long.BYTES) {
      assertThat(before.quad(offset)).as("before it, at %d", offset).isEqualTo(PATTERN);
      assertThat(behind.quad(offset)).as("behind it, at %d", offset).isEqualTo(~PATTERN);
      if (offset > PostedInterruptDescriptor.CONTROL) {
        assertThat(descriptor.quad(offset)).as("in it, at %d", offset).isZero();
      }
    }
  }

  @InEachApicMode
  @Sweep
  @Covers("VTPI-PID-002")
  void reservedBitsBlock(Machine machine, Cpu cpu, Cases cases) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    setBoth(posting, PostedEntry.to(descriptor.address(), VECTOR));
    cpu.sti();
    cases.each(
        reservedBits(posting.extended()),
        bit -> {
          NotificationControl bad = posting.notifying(cpu).with(1L << bit, true);
          descriptor.setControl(bad.raw());
          isBlocked(posting, FaultReason.RESERVED_DESCRIPTOR);
          Posting.holds(descriptor, bad);
        });
    machine.expectNothing();
    posting.prepared(descriptor, cpu);
    posting.request(INDEX);
    cpu.serve(Posting.NV);
    Posting.holds(descriptor, posting.notifying(cpu).withOutstanding(true), VECTOR);
  }

  @Test
  @Covers("VTPI-PID-002")
  void reservedBitsBlockWithOnAndSnToo(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    setBoth(posting, PostedEntry.to(descriptor.address(), VECTOR).withUrgent(true));
    for (int state = 0; state < 4; state++) {
      NotificationControl bad =
          posting
              .notifying(cpu)
              .with(1L << 2, true)
              .withOutstanding((state & 1) != 0)
              .withSuppressed((state & 2) != 0);
      descriptor.setControl(bad.raw());
      isBlocked(posting, FaultReason.RESERVED_DESCRIPTOR);
      Posting.holds(descriptor, bad);
    }
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({"VTPI-PID-002", "VTPI-PID-004"})
  void noBitOfALongDestinationIsReserved(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine, true);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      // suppressed: nobody need have this ID
      NotificationControl control =
          NotificationControl.to(Posting.NV, 1 << bit, true).withSuppressed(true);
      descriptor.setControl(control.raw());
      posting.request(INDEX);
      Posting.holds(descriptor, control, VECTOR);
      Posting.consume(descriptor);
    }
    posting.hasNoFault();
  }

  @Test
  @Records
  @Covers("VTPI-PID-005")
  void bitsBehindTheControlMayBeReserved(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    NotificationControl control = posting.notifying(cpu).withSuppressed(true);
    posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
    for (int offset = PostedInterruptDescriptor.CONTROL + Long.BYTES;
        offset < PostedInterruptDescriptor.SIZE;
        offset += Long.BYTES) {
      Posting.clear(descriptor);
      descriptor.setControl(control.raw());
      descriptor.setQuad(offset, 1);
      posting.request(INDEX);
      List<FaultRecord> faults = posting.unit().takeFaults();
      machine.observe(
          "a request with bit %d of the descriptor 1".formatted(offset * Byte.SIZE),
          faults.isEmpty() ? "is posted" : "is blocked");
      assertThat(descriptor.quad(offset)).as("quadword at %d", offset).isEqualTo(1);
      if (faults.isEmpty()) {
        Posting.holds(descriptor, control, VECTOR);
      } else {
        Posting.holds(descriptor, control);
        assertThat(faults.getFirst().reason()).contains(FaultReason.RESERVED_DESCRIPTOR);
      }
    }
  }

  @Test
  @Covers("VTPI-PID-003")
  void oneThatCannotBeAccessedBlocks(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    int width = machine.features().maxPhyAddr();
    // the end of the address space: no machine has memory there
    setBoth(
        posting,
        PostedEntry.to((1L << width) - PostedInterruptDescriptor.SIZE, VECTOR).withUrgent(true));
    cpu.sti();
    isBlocked(posting, FaultReason.DESCRIPTOR_ACCESS);
    machine.expectNothing();
  }

  @Test
  @Covers({"VTPI-PID-003", "VTPI-PID-002"})
  void aBlockedRequestDoesNotHoldUpTheNext(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
    posting.set(INDEX + 1, PostedEntry.to(descriptor.address(), VECTOR + 1));
    descriptor.setControl(posting.notifying(cpu).with(1L << 2, true).raw());
    posting.request(INDEX);
    posting.isBlocked(FaultReason.RESERVED_DESCRIPTOR);
    posting.prepared(descriptor, cpu);
    cpu.sti();
    posting.request(INDEX + 1);
    cpu.serve(Posting.NV);
    Posting.holds(descriptor, posting.notifying(cpu).withOutstanding(true), VECTOR + 1);
    posting.hasNoFault();
  }
}
