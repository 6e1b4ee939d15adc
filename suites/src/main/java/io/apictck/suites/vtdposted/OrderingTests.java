package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiCapability;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Functions;
import io.apictck.suites.support.Interleavings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests while processors change the descriptor or the table entry. */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class OrderingTests {
  private static final int FIRST = 0x51;
  private static final int SECOND = 0x62;
  private static final int HOST_VECTOR = 0x71;

  /** A locked change of the control, by another processor. */
  private record Change(long bits, boolean set) {
    NotificationControl of(NotificationControl old) {
      return old.with(bits, set);
    }
  }

  private static final List<Change> CHANGES =
      List.of(
          new Change(PostedInterruptDescriptor.SN, true),
          new Change(PostedInterruptDescriptor.ON, false),
          new Change(PostedInterruptDescriptor.SN, false),
          new Change(PostedInterruptDescriptor.ON, false));

  @Test
  @OnMachine(processors = 2)
  @Covers("VTPI-OP-005")
  void noChangeOfAProcessorAndNoRequestIsLost(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    PostedInterrupts other = descriptor.by(machine.cpu(1));
    posting.post(descriptor, FIRST, FIRST + 1, FIRST + 2);
    Counter notified = cpu.countInterrupts(Posting.NV);
    cpu.sti();
    List<List<Integer>> orders = Interleavings.of(3, CHANGES.size());
    for (List<Integer> order : orders) {
      posting.prepared(descriptor, cpu);
      descriptor.setPir(VectorSet.of());
      notified.clear();
      NotificationControl expected = posting.notifying(cpu);
      VectorSet requests = VectorSet.of();
      int requested = 0;
      int changed = 0;
      int notifications = 0;
      for (int agent : order) {
        if (agent == 0) {
          boolean notifies = !expected.outstanding() && !expected.suppressed();
          expected = expected.withOutstanding(expected.outstanding() || notifies);
          notifications += notifies ? 1 : 0;
          requests.add(FIRST + requested);
          posting.request(FIRST + requested++);
        } else {
          // with the change, a request of its own beside those of the device
          requests.add(FIRST + 8 + changed);
          other.request(FIRST + 8 + changed);
          Change change = CHANGES.get(changed++);
          other.update(change::of);
          expected = change.of(expected);
        }
      }
      posting.isNotified(notified, notifications);
      assertThat(descriptor.pir()).as("PIR with steps %s", order).isEqualTo(requests);
      assertThat(descriptor.notification()).as("control with steps %s", order).isEqualTo(expected);
    }
    machine.note(orders.size() + " orders of requests and locked changes");
  }

  @Test
  @Covers("VTPI-OP-005")
  void aComparisonFailsIfARequestCameBetween(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, FIRST);
    NotificationControl before = descriptor.notification();
    posting.request(FIRST);
    NotificationControl found =
        descriptor.exchangeControl(before, before.withSuppressed(true).withVector(0x20));
    assertThat(found).isEqualTo(before.withOutstanding(true));
    Posting.holds(descriptor, before.withOutstanding(true), FIRST);
    cpu.sti();
    cpu.serve(Posting.NV);
  }

  @Test
  @Covers("VTPI-OP-007")
  void whatTheDeviceWroteBeforeIsThere(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, FIRST);
    long data = machine.newPage();
    cpu.sti();
    for (int value = 1; value < 0x40; value++) {
      posting.prepared(descriptor, cpu);
      machine.deviceWrite(Posting.DEVICE, data, value);
      posting.request(FIRST);
      cpu.takeInterrupt(Posting.NV);
      assertThat(descriptor.pir()).containsVector(FIRST);
      assertThat(cpu.read32(data)).as("data of the device").isEqualTo(value);
      cpu.finishInterrupt();
      Posting.consume(descriptor);
    }
  }

  /** What requests of one entry came to: each of them is one interrupt, in one of two ways. */
  private static final class Outcomes {
    private final Posting posting;
    private final PostedInterrupts descriptor;
    private final Counter remapped;
    private int posted;

    Outcomes(Posting posting, PostedInterrupts descriptor, Counter remapped) {
      this.posting = posting;
      this.descriptor = descriptor;
      this.remapped = remapped;
    }

    /** Takes note of one request; tells whether it was posted. */
    boolean takeOne(int total) {
      posting
          .machine()
          .settle(() -> remapped.count() + posted == total || !descriptor.pir().isEmpty());
      boolean isPosted = !Posting.consume(descriptor).isEmpty();
      posted += isPosted ? 1 : 0;
      assertThat(remapped.count() + posted).as("interrupts of %d requests", total).isEqualTo(total);
      return isPosted;
    }
  }

  /** Replaces all 128 bits of an entry at once. */
  private static void exchange(Posting posting, int index, RemappingEntry entry) {
    RemappingEntry old = posting.table().entry(index);
    long[] found =
        posting
            .host()
            .run(
                new Instruction.CompareExchange16(
                    posting.table().address(index),
                    old.low(),
                    old.high(),
                    entry.low(),
                    entry.high()));
    assertThat(found).containsExactly(old.low(), old.high());
  }

  @Test
  @Requires(Feature.MSI)
  @OnMachine(processors = 2)
  @Covers({"VTPI-OP-011", "VTPI-IRTE-007"})
  void theFormatOfAnEntryChangesWhileRequestsCome(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(1));
    MsiCapability msi = Functions.msi(machine).getFirst();
    RemappableMessage message = RemappableMessage.of(FIRST);
    RemappedEntry remapped = RemappedEntry.fixed(HOST_VECTOR, cpu.apicId(), posting.extended());
    PostedEntry posted = PostedEntry.to(descriptor.address(), SECOND);
    posting.set(FIRST, remapped);
    msi.program(message.address().physicalAddress(), message.data());
    msi.setEnabled(true);
    Outcomes outcomes = new Outcomes(posting, descriptor, cpu.countInterrupts(HOST_VECTOR));
    machine.cpu(1).countInterrupts(Posting.NV);
    cpu.sti();
    machine.cpu(1).sti();
    int total = 0;
    boolean isPosted = false;
    for (int i = 0; i < 16; i++) {
      msi.function().pulse(0);
      assertThat(outcomes.takeOne(++total)).as("posted before the switch").isEqualTo(isPosted);
      isPosted = !isPosted;
      exchange(posting, FIRST, isPosted ? posted : remapped);
      // in the old or in the new way: both are right until the invalidation is complete
      msi.function().pulse(0);
      outcomes.takeOne(++total);
      posting.unit().invalidate(FIRST, 0);
      msi.function().pulse(0);
      assertThat(outcomes.takeOne(++total)).as("posted after the switch").isEqualTo(isPosted);
      assertThat(msi.address())
          .as("address in the device")
          .isEqualTo(message.address().physicalAddress());
      assertThat(msi.data()).as("data in the device").isEqualTo(message.data());
    }
    posting.hasNoFault();
  }
}
