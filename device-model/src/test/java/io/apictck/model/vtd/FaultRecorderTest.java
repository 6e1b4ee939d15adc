package io.apictck.model.vtd;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vtd.EventControl;
import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.FaultStatus;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.RemappableMessage;
import io.apictck.arch.vtd.RemappingRegister;
import io.apictck.model.lapic.InterruptMessage;
import org.junit.jupiter.api.Test;

final class FaultRecorderTest {
  private static final int VECTOR = 0x71;

  private static UnitBench bench() {
    UnitBench bench = UnitBench.create().remapping();
    bench.write(RemappingRegister.FEDATA, VECTOR);
    bench.write(RemappingRegister.FEADDR, 0xFEE0_2000L);
    return bench;
  }

  private static void fault(UnitBench bench, int index) {
    bench.message(RemappableMessage.of(index));
  }

  private static FaultStatus status(UnitBench bench) {
    return FaultStatus.of((int) bench.read(RemappingRegister.FSTS));
  }

  private static EventControl control(UnitBench bench) {
    return EventControl.of((int) bench.read(RemappingRegister.FECTL));
  }

  @Test
  void aRecordTellsReasonSourceAndIndex() {
    UnitBench bench = bench();
    fault(bench, 0xAB);
    assertThat(bench.fault(0))
        .isEqualTo(FaultRecord.of(FaultReason.NOT_PRESENT, UnitBench.DEVICE, 0xAB));
    assertThat(status(bench).pending()).isTrue();
    assertThat(status(bench).firstRecord()).isZero();
  }

  @Test
  void onlyAOneInItsPlaceClearsAFault() {
    UnitBench bench = bench();
    fault(bench, 1);
    FaultRecord recorded = bench.fault(0);
    long at = UnitBench.PAGE + bench.unit.capability.faultRecordOffset();
    for (int dword = 0; dword < 4; dword++) {
      bench.unit.write(at + 4L * dword, 4, dword == 3 ? 0x7FFF_FFFFL : 0xFFFF_FFFFL);
    }
    assertThat(bench.fault(0)).isEqualTo(recorded);
    bench.unit.write(at + 8, 8, FaultRecord.FAULT);
    assertThat(bench.fault(0)).isEqualTo(recorded.cleared());
  }

  @Test
  void theFirstRecordMovesOnAsRecordsAreCleared() {
    UnitBench bench = bench();
    for (int i = 0; i < 3; i++) {
      fault(bench, i);
    }
    bench.clearFault(1);
    assertThat(status(bench).firstRecord()).isZero();
    bench.clearFault(0);
    assertThat(status(bench).firstRecord()).isEqualTo(2);
    bench.clearFault(2);
    assertThat(status(bench).raw()).isZero();
    fault(bench, 0);
    assertThat(status(bench).firstRecord()).isEqualTo(3);
  }

  @Test
  void aFaultTooManyOverflowsAndNothingIsRecordedUntilThatIsCleared() {
    UnitBench bench = bench();
    for (int i = 0; i < 9; i++) {
      fault(bench, i);
    }
    assertThat(status(bench).overflow()).isTrue();
    bench.clearFault(0);
    fault(bench, 9);
    assertThat(bench.fault(0).pending()).isFalse();
    bench.write(RemappingRegister.FSTS, FaultStatus.PFO);
    fault(bench, 10);
    assertThat(bench.fault(0).interruptIndex()).isEqualTo(10);
    assertThat(status(bench).firstRecord()).isEqualTo(1);
  }

  @Test
  void recordingBeginsAgainWhenRemappingWasOff() {
    UnitBench bench = bench();
    fault(bench, 1);
    bench.clearFaults();
    bench.command(GlobalCommand.IRE, false);
    bench.command(GlobalCommand.IRE, true);
    fault(bench, 2);
    assertThat(bench.fault(0).interruptIndex()).isEqualTo(2);
  }

  @Test
  void anEventIsHeldBackWhileItIsMasked() {
    UnitBench bench = bench();
    assertThat(control(bench).raw()).isEqualTo(EventControl.IM);
    fault(bench, 1);
    assertThat(control(bench).pending()).isTrue();
    assertThat(bench.sent).isEmpty();
    bench.write(RemappingRegister.FECTL, 0);
    assertThat(control(bench).raw()).isZero();
    assertThat(bench.sent).extracting(InterruptMessage::vector).containsExactly(VECTOR);
  }

  @Test
  void anEventThatIsHeldBackIsDroppedWithItsCause() {
    UnitBench bench = bench();
    fault(bench, 1);
    fault(bench, 2);
    bench.clearFault(0);
    assertThat(control(bench).pending()).isTrue();
    bench.clearFault(1);
    assertThat(control(bench).pending()).isFalse();
    bench.write(RemappingRegister.FECTL, 0);
    assertThat(bench.sent).isEmpty();
  }

  @Test
  void thereIsNoNewEventWhileOneIsNotDealtWith() {
    UnitBench bench = bench();
    bench.write(RemappingRegister.FECTL, 0);
    fault(bench, 1);
    fault(bench, 2);
    bench.submit(InvalidationDescriptor.of(0));
    assertThat(bench.sent).hasSize(1);
    bench.clearFaults();
    fault(bench, 3);
    assertThat(bench.sent).hasSize(1);
    bench.clearFaults();
    bench.memory.write(UnitBench.QUEUE, 8, InvalidationDescriptor.waitDescriptor().low());
    bench.write(RemappingRegister.FSTS, FaultStatus.IQE);
    fault(bench, 4);
    assertThat(bench.sent).hasSize(2);
  }

  @Test
  void theUpperAddressHasTheUpperBitsOfTheDestination() {
    UnitBench bench = bench();
    bench.write(RemappingRegister.FECTL, 0);
    bench.write(RemappingRegister.FEUADDR, 0x100);
    fault(bench, 1);
    assertThat(bench.sent.getFirst().destination()).isEqualTo(0x102);
  }

  @Test
  void eventsAreNotRemapped() {
    UnitBench bench = bench();
    bench.setTable(InterruptRemappingTableAddress.of(UnitBench.TABLE, 7, true));
    bench.write(RemappingRegister.FECTL, 0);
    bench.write(RemappingRegister.FEADDR, 0xFEEF_F000L);
    bench.compatibility(0x20);
    assertThat(bench.faults()).containsExactly(0x25);
    assertThat(bench.sent.getFirst().destination()).isEqualTo(0xFF);
  }
}
