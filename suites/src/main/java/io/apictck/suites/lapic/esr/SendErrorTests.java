package io.apictck.suites.lapic.esr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.suites.support.Vectors;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** Errors of the sender (Intel SDM Vol. 3A, "Error Handling"). */
@Conformance
final class SendErrorTests {
  private static final int LAST_ILLEGAL = Vectors.FIRST - 1;

  private static void verifySendError(
      LocalApic lapic, Cases cases, IntConsumer send, int alsoAllowed) {
    cases.range(
        0,
        LAST_ILLEGAL,
        vector -> {
          Errors.clear(lapic);
          send.accept(vector);
          assertThat(lapic.latchErrors() & ~alsoAllowed)
              .as("ESR")
              .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
          assertThat(lapic.latchErrors()).as("ESR after another write").isZero();
          assertThat(lapic).isIdle();
        });
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ESR-003", "LAPIC-ESR-004"})
  void anIllegalVectorToItselfIsASendErrorAndMayBeAReceiveError(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    verifySendError(lapic, cases, lapic::sendSelfIpi, ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    verifySendError(
        lapic, cases, vector -> lapic.sendIpi(cpu, vector), ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    verifySendError(
        lapic,
        cases,
        vector ->
            lapic.send(InterruptCommand.fixed(vector).withShorthand(Shorthand.ALL_INCLUDING_SELF)),
        ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Covers({"LAPIC-ESR-003", "LAPIC-ESR-004"})
  void anIllegalVectorInTheSelfIpiRegisterIsASendError(LocalApic lapic, Cases cases) {
    verifySendError(lapic, cases, lapic::writeSelfIpiRegister, ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-003")
  void anIllegalVectorToAnotherIsASendError(Machine machine, LocalApic lapic, Cases cases) {
    LocalApic other = machine.cpu(1).lapic();
    verifySendError(lapic, cases, vector -> lapic.sendIpi(other.cpu(), vector), 0);
    verifySendError(lapic, cases, vector -> Errors.sendIllegalVector(lapic, vector), 0);
    // whether such a message goes out is open; if so it is a receive error there
    assertThat(other.latchErrors() & ~ErrorStatus.RECEIVE_ILLEGAL_VECTOR)
        .as("ESR of the other without the receive error")
        .isZero();
    assertThat(other).isIdle();
  }

  /**
   * Where lowest-priority IPIs are not supported the redirectable error takes the place of the send
   * error.
   */
  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-003")
  void anIllegalVectorWithLowestPriorityIsAnError(Machine machine, LocalApic lapic, Cases cases) {
    InterruptCommand command =
        InterruptCommand.of(DeliveryMode.LOWEST_PRIORITY, 0)
            .withDestination(machine.cpu(1).apicId());
    cases.range(
        0,
        LAST_ILLEGAL,
        vector -> {
          Errors.clear(lapic);
          lapic.send(command.withVector(vector));
          assertThat(lapic.latchErrors())
              .as("ESR")
              .isIn(ErrorStatus.SEND_ILLEGAL_VECTOR, ErrorStatus.REDIRECTABLE_IPI);
          assertThat(machine.cpu(1).lapic()).isIdle();
        });
  }

  @InEachApicMode
  @Sweep
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-003")
  void legalVectorsAreNoError(Machine machine, LocalApic lapic, Cases cases) {
    Vectors.makeAllOrdinary(machine.cpu(1).lapic());
    Cpu target = machine.cpu(1);
    Errors.clear(lapic);
    Errors.clear(target.lapic());
    target.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          lapic.sendIpi(target, vector);
          target.serve(vector);
        });
    assertThat(lapic.latchErrors()).as("ESR of the sender").isZero();
    assertThat(target.lapic().latchErrors()).as("ESR of the receiver").isZero();
  }

  /** Their vector field is no interrupt vector. */
  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-003")
  void nmiInitAndStartUpWithSmallVectorsAreNoError(Machine machine, LocalApic lapic) {
    Cpu target = machine.cpu(1);
    Errors.clear(lapic);
    InterruptCommand command =
        InterruptCommand.of(DeliveryMode.NMI, 2).withDestination(target.apicId());
    lapic.send(command);
    target.takeNmi();
    target.iret();
    assertThat(target.lapic().latchErrors()).as("ESR of the receiver").isZero();
    // a running processor ignores it
    lapic.send(command.withDeliveryMode(DeliveryMode.STARTUP));
    machine.expectNothing();
    lapic.send(command.withDeliveryMode(DeliveryMode.INIT).withVector(0));
    target.expectInit();
    assertThat(lapic.latchErrors()).as("ESR of the sender").isZero();
  }

  @InEachApicMode
  @Records
  @OnMachine(processors = 2)
  @Covers("LAPIC-ESR-005")
  void recordsWhetherLowestPriorityIpisAreRefused(Machine machine, LocalApic lapic) {
    Cpu target = machine.cpu(1);
    var taken = target.countInterrupts(0x60);
    target.sti();
    Errors.clear(lapic);
    InterruptCommand command =
        InterruptCommand.of(DeliveryMode.LOWEST_PRIORITY, 0x60).withDestination(target.apicId());
    lapic.send(command);
    machine.expectNothing();
    int legal = lapic.latchErrors();
    lapic.send(command.withVector(5));
    machine.expectNothing();
    int illegal = lapic.latchErrors();
    machine.observe("ESR after a lowest-priority IPI", Hex.dword(legal));
    machine.observe("deliveries of it", taken.count());
    machine.observe("ESR after a lowest-priority IPI with vector 05h", Hex.dword(illegal));
    machine.observe(
        "an unsupported one sets the redirectable error alone",
        legal == 0
            || (legal == ErrorStatus.REDIRECTABLE_IPI
                && illegal == ErrorStatus.REDIRECTABLE_IPI
                && taken.count() == 0));
    assertThat(target.lapic()).isIdle();
    assertThat(lapic).isIdle();
  }
}
