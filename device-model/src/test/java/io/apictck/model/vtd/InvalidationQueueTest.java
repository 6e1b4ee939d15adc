package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.InvalidationError;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.platform.Feature;
import org.junit.jupiter.api.Test;

final class InvalidationQueueTest {
  private static final int VECTOR = 0x71;

  private static InvalidationDescriptor writing(int data) {
    return InvalidationDescriptor.waitWriting(UnitBench.STATUS, data);
  }

  private static long status(UnitBench bench) {
    return bench.memory.read(UnitBench.STATUS, 4);
  }

  private static InvalidationError error(UnitBench bench) {
    return InvalidationError.of(bench.read(RemappingRegister.IQERCD));
  }

  private static boolean isStopped(UnitBench bench) {
    return FaultStatus.of((int) bench.read(RemappingRegister.FSTS)).queueError();
  }

  private static void clearError(UnitBench bench) {
    bench.write(RemappingRegister.FSTS, FaultStatus.IQE);
  }

  private static void armInvalidationEvent(UnitBench bench) {
    bench.write(RemappingRegister.IEDATA, VECTOR);
    bench.write(RemappingRegister.IEADDR, 0xFEE0_0000L);
    bench.write(RemappingRegister.IECTL, 0);
  }

  @Test
  void waitsWriteWhileTheQueueGoesRoundAndRound() {
    UnitBench bench = UnitBench.create().remapping();
    for (int i = 1; i <= 1000; i++) {
      bench.submit(writing(i));
      assertThat(status(bench)).isEqualTo(i);
      assertThat(bench.read(RemappingRegister.IQH)).isEqualTo(i * 16 % 0x1000);
    }
  }

  @Test
  void aTailWaitsForTheQueueToBeEnabledAndTheHeadGoesBackWithIt() {
    UnitBench bench = UnitBench.create();
    bench.write(
        RemappingRegister.IQA, InvalidationQueueAddress.of(UnitBench.QUEUE, 0, false).raw());
    bench.submit(writing(1));
    assertThat(status(bench)).isZero();
    bench.command(GlobalCommand.QIE, true);
    assertThat(status(bench)).isEqualTo(1);
    assertThat(bench.read(RemappingRegister.IQH)).isEqualTo(16);
    bench.command(GlobalCommand.QIE, false);
    assertThat(bench.read(RemappingRegister.IQH)).isZero();
  }

  @Test
  void theStatusIsWrittenBeforeTheInterrupt() {
    UnitBench bench = UnitBench.create().remapping();
    armInvalidationEvent(bench);
    bench.submit(writing(9).with(InvalidationDescriptor.INTERRUPT, true));
    assertThat(bench.vectors()).containsExactly(VECTOR);
    assertThat(bench.statusWhenSent).containsExactly(9L);
  }

  @Test
  void aCompletionInterruptsOnceUntilItIsCleared() {
    UnitBench bench = UnitBench.create().remapping();
    armInvalidationEvent(bench);
    InvalidationDescriptor interrupting =
        InvalidationDescriptor.waitDescriptor().with(InvalidationDescriptor.INTERRUPT, true);
    bench.submit(interrupting, interrupting);
    assertThat(bench.sent).hasSize(1);
    assertThat(bench.read(RemappingRegister.ICS)).isEqualTo(1);
    bench.write(RemappingRegister.ICS, 1);
    assertThat(bench.read(RemappingRegister.ICS)).isZero();
    bench.submit(interrupting);
    assertThat(bench.sent).hasSize(2);
  }

  @Test
  void anInvalidDescriptorStopsTheQueueUntilSoftwareHasRepairedIt() {
    UnitBench bench = UnitBench.create().remapping();
    bench.submit(writing(1), InvalidationDescriptor.of(0), writing(2));
    assertThat(status(bench)).isEqualTo(1);
    assertThat(isStopped(bench)).isTrue();
    assertThat(error(bench)).isEqualTo(InvalidationError.INVALID_TYPE);
    assertThat(bench.read(RemappingRegister.IQH)).isEqualTo(16);
    bench.submit(writing(3));
    assertThat(status(bench)).isEqualTo(1);
    bench.memory.write(UnitBench.QUEUE + 16, 8, InvalidationDescriptor.waitDescriptor().low());
    clearError(bench);
    assertThat(isStopped(bench)).isFalse();
    assertThat(status(bench)).isEqualTo(3);
    assertThat(bench.read(RemappingRegister.IQH)).isEqualTo(64);
  }

  @Test
  void reservedBitsStopTheQueue() {
    InvalidationDescriptor[] valid = {
      InvalidationDescriptor.allEntries(),
      InvalidationDescriptor.entries(0, 0),
      InvalidationDescriptor.waitDescriptor()
    };
    long[] defined = {0xFFFF_F800_0E1FL, 0xFFFF_F800_0E1FL, 0xFFFF_FFFF_0000_0EFFL};
    for (int kind = 0; kind < valid.length; kind++) {
      for (int bit = 0; bit < 128; bit++) {
        boolean reserved = bit < 64 ? (defined[kind] >>> bit & 1) == 0 : kind < 2 || bit < 66;
        if (!reserved) {
          continue;
        }
        UnitBench bench = UnitBench.create().remapping();
        bench.submit(
            bit < 64
                ? valid[kind].with(1L << bit, true)
                : InvalidationDescriptor.of(valid[kind].low(), 1L << bit));
        assertThat(error(bench))
            .as("kind %d, bit %d", kind, bit)
            .isEqualTo(InvalidationError.RESERVED_FIELD);
      }
    }
  }

  @Test
  void masksBeyondTheLargestAreInvalidWhereTheyCount() {
    for (int mask = 0; mask < 32; mask++) {
      UnitBench bench = UnitBench.create().remapping();
      InvalidationDescriptor selective = InvalidationDescriptor.entries(0, mask);
      bench.submit(selective.with(InvalidationDescriptor.INDEX_SELECTIVE, false));
      assertThat(isStopped(bench)).isFalse();
      bench.submit(selective);
      assertThat(isStopped(bench)).as("mask %d", mask).isEqualTo(mask > 15);
    }
  }

  @Test
  void onlyKnownTypesAreValid() {
    for (int type = 0; type < 128; type++) {
      UnitBench bench = UnitBench.create().remapping();
      bench.submit(InvalidationDescriptor.of(type));
      boolean known = type == 1 || type == 2 || type == 4 || type == 5;
      assertThat(isStopped(bench)).as("type %d", type).isEqualTo(!known);
    }
  }

  @Test
  void withoutRemappingThereIsNoEntryCacheToInvalidate() {
    UnitBench bench = UnitBench.without(Feature.INTERRUPT_REMAPPING).remapping();
    bench.submit(InvalidationDescriptor.allEntries());
    assertThat(error(bench)).isEqualTo(InvalidationError.INVALID_TYPE);
  }

  @Test
  void aTailOutsideOfTheQueueIsAnErrorAndAnotherOneHealsIt() {
    UnitBench bench = UnitBench.create().remapping();
    bench.write(RemappingRegister.IQT, 0x1000);
    assertThat(error(bench)).isEqualTo(InvalidationError.INVALID_TAIL);
    assertThat(bench.read(RemappingRegister.IQH)).isZero();
    clearError(bench);
    assertThat(isStopped(bench)).isFalse();
    bench.write(RemappingRegister.IQT, 0);
    bench.submit(writing(5));
    assertThat(status(bench)).isEqualTo(5);
  }

  @Test
  void wideDescriptorsAreAlignedAndTheirUpperHalfIsReserved() {
    UnitBench bench = UnitBench.create();
    bench.write(RemappingRegister.IQA, InvalidationQueueAddress.of(UnitBench.QUEUE, 0, true).raw());
    bench.command(GlobalCommand.QIE, true);
    bench.memory.write(UnitBench.QUEUE, 8, writing(7).low());
    bench.memory.write(UnitBench.QUEUE + 8, 8, writing(7).high());
    bench.write(RemappingRegister.IQT, 0x10);
    assertThat(error(bench)).isEqualTo(InvalidationError.TAIL_NOT_ALIGNED);
    assertThat(status(bench)).isZero();
    bench.write(RemappingRegister.IQT, 0x20);
    clearError(bench);
    assertThat(status(bench)).isEqualTo(7);
    bench.memory.write(UnitBench.QUEUE + 0x20, 8, writing(8).low());
    bench.memory.write(UnitBench.QUEUE + 0x38, 8, 1);
    bench.write(RemappingRegister.IQT, 0x40);
    assertThat(error(bench)).isEqualTo(InvalidationError.RESERVED_FIELD);
  }

  @Test
  void withoutScalableModeDescriptorsAreNotWide() {
    UnitBench bench = UnitBench.without(Feature.WIDE_INVALIDATION_DESCRIPTORS);
    bench.write(RemappingRegister.IQA, -1);
    assertThat(bench.read(RemappingRegister.IQA)).isEqualTo(0x3FFF_FFFF_F007L);
  }

  @Test
  void aQueueWithoutMemoryCannotBeRead() {
    UnitBench bench = UnitBench.create();
    bench.write(RemappingRegister.IQA, InvalidationQueueAddress.of(0x8000_0000L, 0, false).raw());
    bench.command(GlobalCommand.QIE, true);
    bench.write(RemappingRegister.IQT, 0x10);
    assertThat(error(bench)).isEqualTo(InvalidationError.FETCH);
  }
}
