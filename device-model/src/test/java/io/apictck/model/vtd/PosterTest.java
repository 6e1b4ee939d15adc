package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.model.lapic.InterruptMessage;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PosterTest {
  private static final int VECTOR = 0xA5;
  private static final int NV = 0xF2;
  private static final long CONTROL = UnitBench.DESCRIPTOR + PostedInterruptDescriptor.CONTROL;
  private static final PostedEntry ENTRY = PostedEntry.to(UnitBench.DESCRIPTOR, VECTOR);

  private static UnitBench bench(long flags, boolean extended) {
    UnitBench bench = UnitBench.create().remapping(7, extended);
    bench.memory.write(CONTROL, 8, PostedInterruptDescriptor.control(NV, 3, extended) | flags);
    return bench;
  }

  private static boolean isRequested(UnitBench bench, int vector) {
    long at = UnitBench.DESCRIPTOR + vector / 64 * 8L;
    return (bench.memory.read(at, 8) >>> vector & 1) != 0;
  }

  @Test
  void onSnAndUrgDecideAboutTheNotification() {
    for (int flags = 0; flags < 4; flags++) {
      for (boolean urgent : new boolean[] {false, true}) {
        UnitBench bench = bench(flags, false);
        bench.set(1, ENTRY.withUrgent(urgent));
        assertThat(bench.message(RemappableMessage.of(1))).isTrue();
        boolean on = (flags & 1) != 0;
        boolean sn = (flags & 2) != 0;
        boolean notified = !on && (urgent || !sn);
        assertThat(bench.sent).hasSize(notified ? 1 : 0);
        assertThat(bench.memory.read(CONTROL, 8) & 3)
            .isEqualTo((on || notified ? 1 : 0) | (sn ? 2 : 0));
        assertThat(isRequested(bench, VECTOR)).isTrue();
      }
    }
  }

  @Test
  void theNotificationIsFixedAndPhysical() {
    for (boolean extended : new boolean[] {false, true}) {
      UnitBench bench = bench(0, extended);
      bench.set(1, ENTRY);
      bench.message(RemappableMessage.of(1));
      assertThat(bench.sent)
          .containsExactly(new InterruptMessage(3, false, DeliveryMode.FIXED, NV, true, false));
    }
  }

  @Test
  void theBroadcastOfANotificationHas8BitsOnlyWhereDestinationsHave() {
    for (boolean extended : new boolean[] {false, true}) {
      UnitBench bench = bench(0, extended);
      bench.memory.write(CONTROL, 8, PostedInterruptDescriptor.control(NV, 0xFF, extended));
      bench.set(1, ENTRY);
      bench.message(RemappableMessage.of(1));
      assertThat(bench.sent)
          .extracting(InterruptMessage::destination)
          .containsExactly(extended ? 0xFF : InterruptMessage.BROADCAST);
    }
  }

  @Test
  void allVectorsCanBePostedAndNothingElseChanges() {
    UnitBench bench = bench(PostedInterruptDescriptor.ON, false);
    bench.memory.write(UnitBench.DESCRIPTOR + 40, 8, -1);
    for (int vector = 0; vector < 256; vector++) {
      bench.set(vector, ENTRY.withVector(vector));
      assertThat(isRequested(bench, vector)).isFalse();
      bench.message(RemappableMessage.of(vector));
      assertThat(isRequested(bench, vector)).isTrue();
    }
    assertThat(bench.memory.read(CONTROL, 8))
        .isEqualTo(PostedInterruptDescriptor.control(NV, 3, false) | 1);
    assertThat(bench.memory.read(UnitBench.DESCRIPTOR + 40, 8)).isEqualTo(-1);
  }

  @Test
  void reservedBitsOfTheDescriptorAreFaults() {
    for (int bit = 2; bit < 64; bit++) {
      boolean destination = bit >= 40 && bit < 48;
      boolean vector = bit >= 16 && bit < 24;
      UnitBench bench = bench(1L << bit, false);
      bench.set(1, ENTRY);
      boolean valid = destination || vector;
      assertThat(bench.message(RemappableMessage.of(1))).as("bit %d", bit).isEqualTo(valid);
      assertThat(isRequested(bench, VECTOR)).isEqualTo(valid);
      if (!valid) {
        assertThat(bench.faults()).containsExactly(0x28);
      }
      UnitBench extended = bench(1L << bit, true);
      extended.set(1, ENTRY);
      assertThat(extended.message(RemappableMessage.of(1))).isEqualTo(valid || bit >= 32);
    }
  }

  @Test
  void reservedBitsOfAnEntryAreFaults() {
    for (int bit = 2; bit < 96; bit++) {
      boolean free = (bit >= 8 && bit < 12) || bit == 14 || (bit >= 16 && bit < 24);
      boolean elsewhere = bit == 15 || (bit >= 38 && bit < 84);
      if (elsewhere) {
        continue;
      }
      UnitBench bench = bench(0, false);
      PostedEntry entry =
          bit < 64
              ? ENTRY.with(1L << bit, true)
              : PostedEntry.of(ENTRY.low(), ENTRY.high() | 1L << bit);
      bench.set(1, entry);
      assertThat(bench.message(RemappableMessage.of(1))).as("bit %d", bit).isEqualTo(free);
    }
  }

  @Test
  void aDescriptorWithoutMemoryIsAFault() {
    UnitBench bench = bench(0, false);
    assertThat(bench.unit.poster.begin(ENTRY.withDescriptor(0x12_8000_0040L), false).update())
        .isEqualTo(Optional.of(FaultReason.DESCRIPTOR_ACCESS));
  }

  @Test
  void theAddressHasAll64Bits() {
    for (long address : new long[] {0x40, 0xFFFF_FFC0L, 0x1234_5678_9ABC_DEC0L}) {
      assertThat(ENTRY.withDescriptor(address).descriptor()).isEqualTo(address);
      assertThat(ENTRY.withDescriptor(-64).withDescriptor(address))
          .isEqualTo(ENTRY.withDescriptor(address));
    }
  }

  /**
   * A hypervisor that puts its virtual processor to sleep while an interrupt is posted: it changes
   * SN and NV in one exchange, and looks at ON that it got back.
   */
  @Test
  void aBlockingProcessorIsWokenInAllOrdersOfTheSteps() {
    long suppressed =
        PostedInterruptDescriptor.control(NV, 3, false) | PostedInterruptDescriptor.SN;
    long waking = PostedInterruptDescriptor.control(0xF3, 3, false);
    for (int place = 0; place <= 2; place++) {
      UnitBench bench = bench(0, false);
      bench.memory.write(CONTROL, 8, suppressed);
      Posting posting = bench.unit.poster.begin(ENTRY, false);
      boolean asleep = false;
      for (int step = 0; step <= 2; step++) {
        if (step == place) {
          bench.memory.write(CONTROL, 8, waking);
          asleep = bench.memory.read(UnitBench.DESCRIPTOR + VECTOR / 64 * 8L, 8) == 0;
        }
        if (step == 0) {
          assertThat(posting.update()).isEmpty();
        } else if (step == 1) {
          posting.complete();
        }
      }
      assertThat(bench.vectors().contains(0xF3)).as("woken, place %d", place).isEqualTo(asleep);
    }
  }
}
