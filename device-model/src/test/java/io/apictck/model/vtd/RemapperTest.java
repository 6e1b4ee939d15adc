package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

final class RemapperTest {
  private static final int VECTOR = 0x41;

  private static RemappedEntry entry(int vector) {
    return RemappedEntry.fixed(vector, 0, false);
  }

  @Test
  void nothingIsRemappedBeforeItIsEnabled() {
    UnitBench bench = UnitBench.create();
    bench.message(UnitBench.DEVICE, 0xFEE0_0010L, VECTOR);
    assertThat(bench.vectors()).containsExactly(VECTOR);
  }

  @Test
  void compatibilityFormatPassesOnlyWithCfiAndShortDestinations() {
    for (boolean cfi : new boolean[] {false, true}) {
      for (boolean extended : new boolean[] {false, true}) {
        UnitBench bench = UnitBench.create().remapping(7, extended);
        bench.command(GlobalCommand.CFI, cfi);
        assertThat(bench.compatibility(VECTOR)).isEqualTo(cfi && !extended);
        assertThat(bench.faults()).hasSize(cfi && !extended ? 0 : 1);
      }
    }
  }

  @Test
  void aHandleOf16BitsIsAnIndex() {
    UnitBench bench = UnitBench.create().remapping(15, false);
    for (int index : new int[] {0, 1, 0x7FFF, 0x8000, 0xFFFF}) {
      bench.set(index, entry(0x20 + (index & 0xF)));
      assertThat(bench.message(RemappableMessage.of(index))).isTrue();
      assertThat(bench.ioApic(1, RemappableRedirectionEntry.of(index, 0x99))).isTrue();
    }
    assertThat(bench.vectors())
        .containsExactly(0x20, 0x20, 0x21, 0x21, 0x2F, 0x2F, 0x20, 0x20, 0x2F, 0x2F);
  }

  @Test
  void anIndexBeyondTheTableIsAFault() {
    for (int size = 0; size <= 15; size++) {
      UnitBench bench = UnitBench.create().remapping(size, false);
      int last = (2 << size) - 1;
      bench.set(last, entry(VECTOR));
      assertThat(bench.message(RemappableMessage.of(last))).isTrue();
      assertThat(bench.message(RemappableMessage.of(last, 1))).isFalse();
      assertThat(bench.fault(0))
          .isEqualTo(
              FaultRecord.of(FaultReason.INDEX_OUT_OF_RANGE, UnitBench.DEVICE, last + 1 & 0xFFFF));
    }
  }

  @Test
  void theEarlierCheckWins() {
    UnitBench bench = UnitBench.create().remapping();
    SourceValidation other = SourceValidation.requester(0x1234);
    bench.message(UnitBench.DEVICE, 0xFEE0_2018L, 0x1_0000);
    bench.message(RemappableMessage.of(0x100));
    bench.set(1, entry(VECTOR).withPresent(false).withSource(other).with(1 << 12, true));
    bench.message(RemappableMessage.of(1));
    bench.set(1, entry(VECTOR).withSource(other).with(1 << 12, true));
    bench.message(RemappableMessage.of(1));
    bench.set(1, entry(VECTOR).with(1 << 12, true));
    bench.message(RemappableMessage.of(1));
    assertThat(bench.faults()).containsExactly(0x20, 0x21, 0x22, 0x26, 0x24);
  }

  @Test
  void aTableWithoutMemoryIsAFault() {
    UnitBench bench = UnitBench.create().remapping();
    bench.setTable(InterruptRemappingTableAddress.of(0x8000_0000L, 7, false));
    bench.message(RemappableMessage.of(1));
    assertThat(bench.faults()).containsExactly(0x23);
  }

  @Test
  void anEntryBeyondTheHostAddressWidthIsOutOfRange() {
    UnitBench bench = UnitBench.create().remapping();
    bench.setTable(InterruptRemappingTableAddress.of(0x3FFF_FFFF_F000L, 15, false));
    bench.message(RemappableMessage.of(0xFF));
    bench.message(RemappableMessage.of(0x100));
    assertThat(bench.faults()).containsExactly(0x23, 0x21);
  }

  @Test
  void reservedBitsAndCodesOfAnEntryAreFaults() {
    for (boolean extended : new boolean[] {false, true}) {
      for (int bit = 1; bit < 128; bit++) {
        if (bit == 15) {
          continue;
        }
        UnitBench bench = UnitBench.create().remapping(7, extended);
        RemappedEntry entry = RemappedEntry.fixed(VECTOR, 0, extended);
        bench.set(
            1, bit < 64 ? entry.with(1L << bit, true) : RemappedEntry.of(entry.low(), 1L << bit));
        // SID and SQ alone check nothing; SVT 10 alone accepts bus 0, which the device is on
        boolean destination = bit >= 32 && bit < 64 && (extended || (bit >= 40 && bit < 48));
        boolean valid = bit < 12 || (bit >= 16 && bit < 24) || destination;
        boolean source = bit >= 64 && bit < 82;
        boolean range = bit == 83;
        assertThat(bench.message(RemappableMessage.of(1)))
            .as("bit %d, EIME %s", bit, extended)
            .isEqualTo(valid || source || range);
        if (bit >= 84) {
          assertThat(bench.faults()).containsExactly(0x24);
        }
      }
    }
  }

  @Test
  void reservedCodesAreFaults() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, entry(VECTOR).withDeliveryMode(DeliveryMode.RESERVED_3));
    bench.set(2, entry(VECTOR).withDeliveryMode(DeliveryMode.STARTUP));
    bench.set(
        3, entry(VECTOR).withSource(new SourceValidation(SourceValidation.RESERVED, 0, 0x1234)));
    for (int index = 1; index <= 3; index++) {
      bench.message(RemappableMessage.of(index));
    }
    assertThat(bench.faults()).containsExactly(0x24, 0x24, 0x24);
  }

  @Test
  void faultProcessingDisableKeepsFaultsOfTheEntryFromBeingRecorded() {
    UnitBench bench = UnitBench.create().remapping();
    RemappedEntry quiet = entry(VECTOR).withFaultProcessingDisabled(true);
    bench.set(1, quiet.withPresent(false));
    bench.set(2, quiet.withSource(SourceValidation.requester(0x1234)));
    bench.set(3, quiet.with(1L << 31, true));
    bench.set(4, PostedEntry.to(0x8000_0000L, VECTOR).withFaultProcessingDisabled(true));
    bench.memory.write(UnitBench.DESCRIPTOR + 32, 8, 4);
    bench.set(5, PostedEntry.to(UnitBench.DESCRIPTOR, 1).withFaultProcessingDisabled(true));
    for (int index = 1; index <= 5; index++) {
      assertThat(bench.message(RemappableMessage.of(index))).isFalse();
    }
    assertThat(bench.faults()).isEmpty();
    assertThat(bench.sent).isEmpty();
  }

  @Test
  void destinationsHave8Or32Bits() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, RemappedEntry.fixed(VECTOR, 0xFF, false));
    bench.message(RemappableMessage.of(1));
    bench.setTable(InterruptRemappingTableAddress.of(UnitBench.TABLE, 7, true));
    bench.set(1, RemappedEntry.fixed(VECTOR, 0xFF, true));
    bench.message(RemappableMessage.of(1));
    bench.set(2, RemappedEntry.fixed(VECTOR, 0x8765_4321, true));
    bench.message(RemappableMessage.of(2));
    assertThat(bench.sent)
        .extracting(InterruptMessage::destination)
        .containsExactly(InterruptMessage.BROADCAST, 0xFF, 0x8765_4321);
  }

  @Test
  void theMessageIsThatOfTheEntry() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(
        1,
        entry(VECTOR)
            .withLogical(true)
            .withLevel(true)
            .withDeliveryMode(DeliveryMode.LOWEST_PRIORITY)
            .withDestination(3, false)
            .withAvailable(0xF));
    bench.set(2, entry(VECTOR).withLogical(true).withRedirectionHint(true));
    bench.set(3, entry(VECTOR).withLevel(true).withDeliveryMode(DeliveryMode.NMI));
    for (int index = 1; index <= 3; index++) {
      bench.message(RemappableMessage.of(index));
    }
    assertThat(bench.sent)
        .containsExactly(
            new InterruptMessage(3, true, DeliveryMode.LOWEST_PRIORITY, VECTOR, true, true),
            new InterruptMessage(0, true, DeliveryMode.LOWEST_PRIORITY, VECTOR, true, false),
            new InterruptMessage(0, false, DeliveryMode.NMI, VECTOR, true, false));
  }

  @Test
  void anEntryInUseStaysInUseUntilItIsInvalidated() {
    UnitBench bench = UnitBench.create().remapping();
    for (int index = 0; index < 16; index++) {
      bench.set(index, entry(0x20 + index));
      bench.message(RemappableMessage.of(index));
    }
    for (int index = 0; index < 16; index++) {
      bench.set(index, entry(0x40 + index));
    }
    bench.submit(InvalidationDescriptor.entries(6, 2));
    bench.sent.clear();
    for (int index = 0; index < 16; index++) {
      bench.message(RemappableMessage.of(index));
    }
    assertThat(bench.vectors())
        .containsExactly(
            0x20, 0x21, 0x22, 0x23, 0x44, 0x45, 0x46, 0x47, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x2D,
            0x2E, 0x2F);
    bench.submit(InvalidationDescriptor.allEntries());
    bench.message(RemappableMessage.of(0));
    assertThat(bench.vectors()).endsWith(0x40);
  }

  @Test
  void aFaultingEntryIsNotCached() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, entry(VECTOR).withPresent(false));
    bench.message(RemappableMessage.of(1));
    bench.set(1, entry(VECTOR).with(1 << 12, true));
    bench.message(RemappableMessage.of(1));
    bench.set(1, PostedEntry.to(0x8000_0000L, VECTOR));
    bench.message(RemappableMessage.of(1));
    bench.set(1, entry(VECTOR));
    bench.message(RemappableMessage.of(1));
    assertThat(bench.faults()).containsExactly(0x22, 0x24, 0x27);
    assertThat(bench.vectors()).containsExactly(VECTOR);
  }

  @Test
  void theTableIsInUseWithItsCommandOnly() {
    UnitBench bench = UnitBench.without(Feature.ENHANCED_SIRTP).remapping();
    bench.set(1, entry(VECTOR));
    bench.message(RemappableMessage.of(1));
    bench.memory.write(UnitBench.TABLE + 0x2020, 8, entry(0x51).low());
    bench.memory.write(UnitBench.TABLE + 0x2010, 8, entry(0x51).low());
    bench.setTable(InterruptRemappingTableAddress.of(UnitBench.TABLE + 0x2000, 7, false));
    bench.message(RemappableMessage.of(1));
    bench.message(RemappableMessage.of(2));
    bench.submit(InvalidationDescriptor.allEntries());
    bench.message(RemappableMessage.of(1));
    assertThat(bench.vectors()).containsExactly(VECTOR, VECTOR, 0x51, 0x51);
  }

  @Test
  void enhancedSetTablePointerInvalidatesItself() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, entry(VECTOR));
    bench.message(RemappableMessage.of(1));
    bench.set(1, entry(0x51));
    bench.command(GlobalCommand.SIRTP, true);
    bench.message(RemappableMessage.of(1));
    assertThat(bench.vectors()).containsExactly(VECTOR, 0x51);
  }

  @Test
  void sourcesAreComparedAsTheQualifierSays() {
    UnitBench bench = UnitBench.create().remapping();
    int[] masks = {0xFFFF, 0xFFFB, 0xFFF9, 0xFFF8};
    for (int qualifier = 0; qualifier < masks.length; qualifier++) {
      bench.set(
          qualifier,
          entry(VECTOR).withSource(SourceValidation.requester(0x5A5A).withQualifier(qualifier)));
      for (int bit = 0; bit < 16; bit++) {
        int requester = 0x5A5A ^ 1 << bit;
        long address = RemappableMessage.of(qualifier).address().physicalAddress();
        assertThat(bench.message(requester, address, 0))
            .isEqualTo((masks[qualifier] >>> bit & 1) == 0);
      }
    }
  }

  @Test
  void sourcesMayBeARangeOfBuses() {
    UnitBench bench = UnitBench.create().remapping();
    bench.set(1, entry(VECTOR).withSource(SourceValidation.buses(0x10, 0x12)));
    for (int bus = 0; bus < 256; bus++) {
      long address = RemappableMessage.of(1).address().physicalAddress();
      assertThat(bench.message(bus << 8 | 0x5A, address, 0)).isEqualTo(bus >= 0x10 && bus <= 0x12);
    }
  }

  @Test
  void withoutPostingThePostedFormatIsInvalid() {
    UnitBench bench = UnitBench.without(Feature.INTERRUPT_POSTING).remapping();
    bench.set(1, PostedEntry.to(UnitBench.DESCRIPTOR, VECTOR));
    bench.message(RemappableMessage.of(1));
    assertThat(bench.faults()).containsExactly(0x24);
  }

  @Test
  void withoutRemappingTheCommandsAreReserved() {
    UnitBench bench = UnitBench.without(Feature.INTERRUPT_REMAPPING).remapping();
    bench.message(UnitBench.DEVICE, MessageAddress.physical(0).physicalAddress(), VECTOR);
    assertThat(bench.status()).isEqualTo(GlobalCommand.QIE.mask());
    assertThat(bench.vectors()).containsExactly(VECTOR);
  }
}
