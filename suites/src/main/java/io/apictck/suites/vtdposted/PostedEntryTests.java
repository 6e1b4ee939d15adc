package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageData;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Table entries in posted format (Intel VT-d specification, "IRTE for Posted Interrupts"). The
 * descriptors have SN 1: none of the requests notifies.
 */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class PostedEntryTests {
  private static final int INDEX = 7;
  private static final int VECTOR = 0x61;
  private static final int HALF = Integer.SIZE;

  private static NotificationControl silent(Posting posting) {
    return posting.notifying(posting.host()).withSuppressed(true);
  }

  private static PostedInterrupts silentDescriptor(Posting posting) {
    PostedInterrupts descriptor = PostedInterrupts.create(posting.host());
    descriptor.setControl(silent(posting).raw());
    return descriptor;
  }

  private static void posts(Posting posting, PostedInterrupts descriptor) {
    posting.request(INDEX);
    Posting.holds(descriptor, silent(posting), VECTOR);
    posting.hasNoFault();
    Posting.consume(descriptor);
  }

  private static void blocks(
      Posting posting, PostedInterrupts descriptor, PostedEntry entry, FaultReason reason) {
    posting.set(INDEX, entry.withFaultProcessingDisabled(false));
    posting.request(INDEX);
    Posting.holds(descriptor, silent(posting));
    posting.isBlocked(reason);
    posting.set(INDEX, entry.withFaultProcessingDisabled(true));
    posting.request(INDEX);
    Posting.holds(descriptor, silent(posting));
    posting.hasNoFault();
  }

  @Test
  @Covers({"VTPI-IRTE-001", "VTPI-PID-001"})
  void eachAlignedAddressOfAPageCanHoldTheDescriptor(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    long page = machine.newPage();
    for (int offset = 0; offset < PagingEntry.PAGE; offset += PostedInterruptDescriptor.SIZE) {
      PostedInterrupts descriptor = new PostedInterrupts(cpu, page + offset);
      descriptor.setControl(silent(posting).raw());
      posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
      posting.request(INDEX);
    }
    posting.hasNoFault();
    for (int offset = 0; offset < PagingEntry.PAGE; offset += PostedInterruptDescriptor.SIZE) {
      Posting.holds(new PostedInterrupts(cpu, page + offset), silent(posting), VECTOR);
    }
  }

  @Test
  @Covers("VTPI-IRTE-001")
  void allBitsOfTheAddressCount(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    int width = machine.features().maxPhyAddr();
    // where nothing can be: the descriptor that only the lower bits point to is another one
    for (int bit = width; bit < Long.SIZE; bit++) {
      posting.set(INDEX, PostedEntry.to(descriptor.address() | 1L << bit, VECTOR));
      posting.request(INDEX);
      assertThat(posting.unit().takeFaults()).as("faults with address bit %d", bit).hasSize(1);
      Posting.holds(descriptor, silent(posting));
    }
    posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
    posts(posting, descriptor);
  }

  private static boolean isReserved(int bit) {
    return (bit >= 2 && bit <= 7)
        || (bit >= 12 && bit <= 13)
        || (bit >= 24 && bit <= 37)
        || (bit >= 84 && bit <= 95);
  }

  private static PostedEntry withBit(PostedEntry entry, int bit) {
    return bit < Long.SIZE
        ? entry.with(1L << bit, true)
        : PostedEntry.of(entry.low(), entry.high() | 1L << (bit - Long.SIZE));
  }

  @InEachApicMode
  @Sweep
  @Covers({"VTPI-IRTE-002", "VTPI-IRTE-005"})
  void reservedBitsBlock(Machine machine, Cases cases) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    PostedEntry good = PostedEntry.to(descriptor.address(), VECTOR);
    cases.each(
        () -> IntStream.range(0, 2 * Long.SIZE).filter(PostedEntryTests::isReserved).iterator(),
        bit -> {
          PostedEntry bad = withBit(good, bit);
          blocks(posting, descriptor, bad, FaultReason.RESERVED_ENTRY);
          posting.set(INDEX, good);
          posts(posting, descriptor);
        });
  }

  @Test
  @Covers({"VTPI-IRTE-002", "VTPI-IRTE-005"})
  void reservedBitsOfAnEntryThatIsNotPresentDoNotMatter(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    PostedEntry absent = PostedEntry.to(descriptor.address(), VECTOR).withPresent(false);
    blocks(posting, descriptor, absent, FaultReason.NOT_PRESENT);
    for (int bit = 0; bit < 2 * Long.SIZE; bit++) {
      absent = isReserved(bit) ? withBit(absent, bit) : absent;
    }
    blocks(posting, descriptor, absent, FaultReason.NOT_PRESENT);
  }

  @Test
  @Covers("VTPI-IRTE-005")
  void availableBitsDoNotMatter(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    for (int available = 0; available < 0x10; available++) {
      posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR).withAvailable(available));
      posts(posting, descriptor);
    }
  }

  @Test
  @Covers("VTPI-IRTE-005")
  void theRequesterIsChecked(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    PostedEntry entry = PostedEntry.to(descriptor.address(), VECTOR);
    int[] ignored = {0, 4, 6, 7};
    for (int qualifier = 0; qualifier < ignored.length; qualifier++) {
      for (int bit = 0; bit < Short.SIZE; bit++) {
        SourceValidation other =
            SourceValidation.requester(Posting.DEVICE ^ 1 << bit).withQualifier(qualifier);
        if ((ignored[qualifier] >>> bit & 1) != 0) {
          posting.set(INDEX, entry.withSource(other));
          posts(posting, descriptor);
        } else {
          blocks(posting, descriptor, entry.withSource(other), FaultReason.SOURCE);
        }
      }
      posting.set(
          INDEX,
          entry.withSource(SourceValidation.requester(Posting.DEVICE).withQualifier(qualifier)));
      posts(posting, descriptor);
    }
  }

  @Test
  @Covers("VTPI-IRTE-005")
  void theBusOfTheRequesterIsChecked(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    PostedEntry entry = PostedEntry.to(descriptor.address(), VECTOR);
    int bus = Posting.DEVICE >>> 8;
    for (int first = bus - 1; first <= bus + 1; first++) {
      for (int last = bus - 1; last <= bus + 1; last++) {
        PostedEntry limited = entry.withSource(SourceValidation.buses(first, last));
        if (first <= bus && bus <= last) {
          posting.set(INDEX, limited);
          posts(posting, descriptor);
        } else {
          blocks(posting, descriptor, limited, FaultReason.SOURCE);
        }
      }
    }
  }

  @Test
  @Covers("VTPI-IRTE-007")
  void theDataOfTheMessageDoNotMatter(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    posting.set(INDEX, PostedEntry.to(descriptor.address(), VECTOR));
    for (int bit = 0; bit < Short.SIZE; bit++) {
      posting.request(Posting.DEVICE, RemappableMessage.of(INDEX), 1 << bit);
      Posting.holds(descriptor, silent(posting), VECTOR);
      Posting.consume(descriptor);
    }
    for (DeliveryMode mode : DeliveryMode.values()) {
      for (boolean level : new boolean[] {false, true}) {
        MessageData data = MessageData.of(mode, 0x41).withTriggerLevel(level);
        posting.request(Posting.DEVICE, RemappableMessage.of(INDEX), data.raw());
        Posting.holds(descriptor, silent(posting), VECTOR);
        Posting.consume(descriptor);
      }
    }
    posting.hasNoFault();
  }

  @Test
  @Covers({"VTPI-IRTE-007", "VTPI-IRTE-003"})
  void theSubhandleSelectsTheEntry(Machine machine) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = silentDescriptor(posting);
    for (int i = 0; i < HALF; i++) {
      posting.set(INDEX + i, PostedEntry.to(descriptor.address(), VECTOR + i));
    }
    for (int i = 0; i < HALF; i++) {
      RemappableMessage message = RemappableMessage.of(INDEX, i);
      posting.request(Posting.DEVICE, message, message.data());
      Posting.holds(descriptor, silent(posting), VECTOR + i);
      Posting.consume(descriptor);
    }
  }
}
