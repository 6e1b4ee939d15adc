package io.apictck.suites.lapic.esr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.Startup;
import org.junit.jupiter.api.Test;

/** Collecting, showing and forgetting errors (Intel SDM Vol. 3A, "Error Handling"). */
@Conformance
final class ErrorStatusTests {
  private static final int ILLEGAL = 5;

  @InEachApicMode
  @Covers({"LAPIC-ESR-001", "LAPIC-ESR-002"})
  void aWriteShowsWhatHappenedSinceTheLast(Machine machine, LocalApic lapic) {
    Errors.clear(lapic);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    int unwritten = lapic.read(LapicRegister.ESR);
    machine.observe("ESR before the write that shows the error", Hex.dword(unwritten));
    // to show it at once is tolerated
    assertThat(unwritten).as("ESR before the write").isIn(0, ErrorStatus.SEND_ILLEGAL_VECTOR);
    lapic.write(LapicRegister.ESR, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(lapic.read(LapicRegister.ESR))
          .as("ESR after the write")
          .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    }
    assertThat(lapic.latchErrors()).as("ESR after another write").isZero();
    assertThat(lapic.latchErrors()).as("ESR after a third write").isZero();
  }

  @InEachApicMode
  @Covers({"LAPIC-ESR-001", "LAPIC-ESR-002"})
  void errorsAfterAWriteWaitForTheNext(LocalApic lapic) {
    Errors.clear(lapic);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    lapic.write(LapicRegister.ESR, 0);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    assertThat(lapic.read(LapicRegister.ESR)).as("ESR").isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    assertThat(lapic.latchErrors())
        .as("ESR with the second error")
        .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    assertThat(lapic.latchErrors()).as("ESR without another").isZero();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.DEVICE_WRITE)
  @Covers({"LAPIC-ESR-001", "LAPIC-ESR-002"})
  void errorsOfDifferentKindsAddUpUntilTheWrite(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    Errors.clear(lapic);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    Messages.edge(cpu, ILLEGAL);
    machine.expectNothing();
    assertThat(lapic.latchErrors())
        .as("ESR")
        .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR | ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    Messages.edge(cpu, ILLEGAL);
    machine.expectNothing();
    assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    Errors.sendIllegalVector(lapic, ILLEGAL);
    assertThat(lapic.latchErrors()).as("ESR").isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
    assertThat(lapic.latchErrors()).as("ESR").isZero();
  }

  @Test
  @Covers({"LAPIC-ESR-001", "LAPIC-ESR-002", "LAPIC-ESR-010"})
  void theWrittenValueDoesNotMatter(LocalApic lapic) {
    for (int value : new int[] {0, 1, -1, ~ErrorStatus.DEFINED, ErrorStatus.SEND_ILLEGAL_VECTOR}) {
      Errors.clear(lapic);
      Errors.sendIllegalVector(lapic, ILLEGAL);
      lapic.write(LapicRegister.ESR, value);
      assertThat(lapic.read(LapicRegister.ESR))
          .as("ESR")
          .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
      lapic.write(LapicRegister.ESR, value);
      assertThat(lapic.read(LapicRegister.ESR)).as("ESR").isZero();
    }
  }

  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-010")
  void initClearsBothWhatIsShownAndWhatIsCollected(Machine machine) {
    verifyInit(machine, true);
    verifyInit(machine, false);
  }

  private static void verifyInit(Machine machine, boolean shown) {
    Cpu target = machine.cpu(1);
    LocalApic lapic = target.lapic();
    lapic.setEnabled(true);
    Errors.clear(lapic);
    lapic.sendSelfIpi(ILLEGAL);
    if (shown) {
      lapic.latchErrors();
      lapic.sendSelfIpi(ILLEGAL);
    }
    Startup.restart(machine.cpu(0), target);
    assertThat(lapic.read(LapicRegister.ESR)).as("ESR after INIT").isZero();
    assertThat(lapic.latchErrors()).as("ESR after INIT and a write").isZero();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.POWER_ON)
  @Covers("LAPIC-ESR-010")
  void resetClearsBothWhatIsShownAndWhatIsCollected(Machine machine, Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.sendSelfIpi(ILLEGAL);
    lapic.latchErrors();
    lapic.sendSelfIpi(ILLEGAL);
    machine.reset();
    assertThat(lapic.read(LapicRegister.ESR)).as("ESR after RESET").isZero();
    assertThat(lapic.latchErrors()).as("ESR after RESET and a write").isZero();
  }
}
