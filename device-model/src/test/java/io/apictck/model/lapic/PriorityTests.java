package io.apictck.model.lapic;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.platform.LocalLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PriorityTests {
  private final Machine machine = Machine.of(0).software();

  @ParameterizedTest(name = "TPR {0}, ISRV {1}: PPR {2}, deliverable from {3}")
  @CsvSource({
    "0x00, 0x00, 0x00, 0x10",
    "0x0F, 0x00, 0x0F, 0x10",
    "0x20, 0x00, 0x20, 0x30",
    "0x2F, 0x00, 0x2F, 0x30",
    "0x00, 0x31, 0x30, 0x40",
    "0x35, 0x41, 0x40, 0x50",
    "0x41, 0x35, 0x41, 0x50",
    "0x45, 0x42, 0x45, 0x50",
    "0x40, 0x4F, 0x40, 0x50",
    "0x00, 0x4F, 0x40, 0x50",
    "0x7F, 0x61, 0x7F, 0x80",
    "0x7F, 0x82, 0x80, 0x90",
    "0xE1, 0x00, 0xE1, 0xF0",
    "0xF0, 0x00, 0xF0, 0x100",
    "0xFF, 0x50, 0xFF, 0x100",
    "0x00, 0xF5, 0xF0, 0x100"
  })
  void processorPriorityComesFromTaskPriorityAndInService(
      int tpr, int inService, int ppr, int lowest) {
    if (inService != 0) {
      machine.service(inService);
    }
    machine.write(0, LapicRegister.TPR, tpr);
    assertThat(machine.read(0, LapicRegister.PPR)).isEqualTo(ppr);
    int first = 0x10;
    for (; first < 0x100; first++) {
      machine.selfIpi(first);
      if (machine.chipset.interruptRequested(0)) {
        break;
      }
    }
    assertThat(first).isEqualTo(lowest);
  }

  @Test
  void everyVectorHasItsBit() {
    for (int vector = 0x10; vector < 0x100; vector++) {
      machine.selfIpi(vector);
      for (int i = 0; i < 8; i++) {
        int expected = i == vector >>> 5 ? 1 << vector : 0;
        assertThat(machine.read(0, LapicRegister.IRR.offset(i))).isEqualTo(expected);
      }
      assertThat(machine.chipset.acknowledge(0)).isEqualTo(vector);
      machine.write(0, LapicRegister.EOI, 0);
    }
  }

  @Test
  void higherClassesNestAndEoiEndsTheHighest() {
    machine.service(0x41);
    machine.selfIpi(0x4F);
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
    machine.service(0x61);
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.read(0, LapicRegister.PPR)).isEqualTo(0x40);
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x4F);
  }

  @Test
  void withdrawnRequestGivesTheSpuriousVector() {
    machine.selfIpi(0x51);
    machine.chipset.setCr8(0, 5);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(SpuriousInterruptVector.RESET.vector());
    assertThat(machine.bit(0, LapicRegister.ISR, 0xFF)).isFalse();
    machine.chipset.setCr8(0, 0);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x51);
  }

  @Test
  void softwareDisableHoldsRequestsAndMasksTheTable() {
    machine.write(0, LapicRegister.LVT_LINT1, 0x400);
    machine.selfIpi(0x51);
    machine.write(0, LapicRegister.SVR, 0xFF);
    machine.write(0, LapicRegister.LVT_LINT1, 0x400);
    assertThat(machine.read(0, LapicRegister.LVT_LINT1)).isEqualTo(0x400 | LvtEntry.MASK);
    machine.selfIpi(0x61);
    machine.software();
    assertThat(machine.requests(0, 0x61)).isFalse();
    assertThat(machine.requests(0, 0x51)).isTrue();
    assertThat(machine.read(0, LapicRegister.LVT_LINT1)).isEqualTo(0x400 | LvtEntry.MASK);
  }

  @Test
  void illegalVectorsAreErrorsAndNeverRequests() {
    machine.write(0, LapicRegister.LVT_ERROR, 0xE0);
    machine.selfIpi(5);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0xE0);
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.read(0, LapicRegister.ESR)).isZero();
    machine.write(0, LapicRegister.ESR, 0);
    assertThat(machine.read(0, LapicRegister.ESR)).isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    machine.write(0, LapicRegister.LVT_ERROR, 3);
    machine.chipset.message(0, 0xFEE0_0000L, 4);
    machine.write(0, LapicRegister.ESR, 0);
    assertThat(machine.read(0, LapicRegister.ESR)).isEqualTo(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    assertThat(machine.read(0, LapicRegister.IRR)).isZero();
  }

  @Test
  void levelOnLint0IsRequestedAgainAfterEoi() {
    machine.write(0, LapicRegister.LVT_LINT0, LvtEntry.fixed(0x41).withLevel(true).raw());
    machine.chipset.setLocalLine(0, LocalLine.LINT0, true);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x41);
    assertThat(LvtEntry.of(machine.read(0, LapicRegister.LVT_LINT0)).remoteIrr()).isTrue();
    assertThat(machine.requests(0, 0x41)).isFalse();
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x41);
    machine.chipset.setLocalLine(0, LocalLine.LINT0, false);
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
    assertThat(LvtEntry.of(machine.read(0, LapicRegister.LVT_LINT0)).remoteIrr()).isFalse();
  }

  @Test
  void externalInterruptsLeaveTheQueuesAlone() {
    machine.write(0, LapicRegister.LVT_LINT0, 0x755);
    machine.write(0, LapicRegister.TPR, 0xFF);
    machine.chipset.supplyVector(0x20);
    machine.chipset.setLocalLine(0, LocalLine.LINT0, true);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x20);
    machine.chipset.setLocalLine(0, LocalLine.LINT0, false);
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
    assertThat(machine.bit(0, LapicRegister.ISR, 0x20)).isFalse();
  }

  @Test
  void levelOfAnInputIsEndedByItsEoi() {
    long select = 0xFEC0_0000L;
    machine.chipset.write(0, select, 4, 0x10 + 2 * 5);
    machine.chipset.write(0, select + 0x10, 4, 0x8051);
    machine.chipset.setLine(5, true);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x51);
    assertThat(machine.chipset.read(0, select + 0x10, 4)).isEqualTo(0xC051);
    assertThat(machine.bit(0, LapicRegister.TMR, 0x51)).isTrue();
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.chipset.acknowledge(0)).isEqualTo(0x51);
    machine.chipset.setLine(5, false);
    machine.write(0, LapicRegister.EOI, 0);
    assertThat(machine.chipset.read(0, select + 0x10, 4)).isEqualTo(0x8051);
  }

  @Test
  void invalidCommandsDoNothing() {
    for (int low :
        new int[] {0x44400, 0x84400, 0x44500, 0x8500, 0x44608, 0x44200, 0x4341, 0x4741}) {
      machine.send(InterruptCommand.of(low));
    }
    assertThat(machine.signals).isEmpty();
    assertThat(machine.chipset.interruptRequested(0)).isFalse();
  }
}
