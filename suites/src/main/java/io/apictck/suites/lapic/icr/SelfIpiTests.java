package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.Vectors;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/**
 * Fixed IPIs to oneself, legal and illegal vectors (Intel SDM Vol. 3A, "Valid Interrupt Vectors",
 * "Error Handling").
 */
@Conformance
@OnMachine(processors = 2)
final class SelfIpiTests {
  private static final int VECTOR = 0x41;
  private static final int OTHER_SPURIOUS_VECTOR = 0xEF;

  private static void verifyEachVector(Machine machine, Cpu cpu, Cases cases, IntConsumer send) {
    LapicState bystander = LapicState.of(machine.cpu(1).lapic());
    cpu.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          if (vector == SpuriousInterruptVector.RESET.vector()) {
            // an interrupt with the spurious vector is another topic
            cpu.lapic()
                .setSvr(
                    SpuriousInterruptVector.RESET
                        .withEnabled(true)
                        .withVector(OTHER_SPURIOUS_VECTOR));
          }
          send.accept(vector);
          cpu.takeInterrupt(vector);
          LapicState state = LapicState.of(cpu.lapic());
          assertThat(state.isr().stream()).as("ISR in the handler").containsExactly(vector);
          assertThat(state.irr().isEmpty() && state.tmr().isEmpty())
              .as("IRR and TMR are empty")
              .isTrue();
          cpu.finishInterrupt();
        });
    cpu.lapic().setEnabled(true);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
    assertThat(LapicState.of(machine.cpu(1).lapic()))
        .as("state of the other one")
        .isEqualTo(bystander);
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-024")
  void eachVectorWorksByShorthand(Machine machine, Cpu cpu, Cases cases) {
    verifyEachVector(machine, cpu, cases, cpu.lapic()::sendSelfIpi);
  }

  @InEachApicMode
  @Sweep
  @Covers({"LAPIC-ICR-006", "LAPIC-ICR-024"})
  void eachVectorWorksByItsOwnId(Machine machine, Cpu cpu, Cases cases) {
    verifyEachVector(machine, cpu, cases, vector -> cpu.lapic().sendIpi(cpu, vector));
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Sweep
  @Covers({"LAPIC-ICR-024", "X2-SELF-001"})
  void eachVectorWorksByTheSelfIpiRegister(Machine machine, Cpu cpu, Cases cases) {
    verifyEachVector(machine, cpu, cases, cpu.lapic()::writeSelfIpiRegister);
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-025")
  void threeWhilePendingGiveOneInterruptAndNoError(Machine machine, Cpu cpu) {
    for (int i = 0; i < 3; i++) {
      cpu.lapic().sendSelfIpi(VECTOR);
    }
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    assertThat(cpu.lapic()).hasNoErrors();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-025")
  void oneDuringServiceGivesOneMore(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.lapic().sendSelfIpi(VECTOR);
    assertThat(cpu.lapic()).requests(VECTOR).isServicing(VECTOR).hasNoErrors();
    // with IF=1 it has to wait for the EOI all the same
    cpu.sti();
    machine.expectNothing();
    cpu.cli();
    cpu.finishInterrupt();
    cpu.serve(VECTOR);
    machine.expectNothing();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  private static void verifyIllegal(Machine machine, Cpu cpu, Cases cases, IntConsumer send) {
    machine.cpus().forEach(Cpu::sti);
    cpu.lapic().latchErrors();
    cases.range(
        0,
        Vectors.FIRST - 1,
        vector -> {
          send.accept(vector);
          int errors = cpu.lapic().latchErrors();
          // a sender that is addressed as well may log the reception too
          assertThat(errors & ~ErrorStatus.RECEIVE_ILLEGAL_VECTOR)
              .as("ESR of the sender")
              .isEqualTo(ErrorStatus.SEND_ILLEGAL_VECTOR);
        });
    machine.expectNothing();
    // their requests would never be delivered: they are of the lowest class
    machine.cpus().forEach(each -> assertThat(each.lapic()).isIdle());
    // nothing of it may stand in the way of good vectors
    cpu.lapic().send(InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.ALL_INCLUDING_SELF));
    machine.cpus().forEach(each -> each.serve(VECTOR));
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-023")
  void illegalVectorsAreErrorsOfTheSender(Machine machine, Cpu cpu, Cases cases) {
    verifyIllegal(machine, cpu, cases, cpu.lapic()::sendSelfIpi);
    for (int destination :
        List.of(cpu.apicId(), machine.cpu(1).apicId(), InterruptCommand.X2APIC_BROADCAST)) {
      for (InterruptCommand command :
          Commands.issuedAsEdge(DeliveryMode.FIXED, Shorthand.NONE, 0)) {
        verifyIllegal(
            machine,
            cpu,
            cases,
            vector -> cpu.lapic().send(command.withVector(vector).withDestination(destination)));
      }
    }
    for (Shorthand shorthand :
        List.of(Shorthand.ALL_INCLUDING_SELF, Shorthand.ALL_EXCLUDING_SELF)) {
      verifyIllegal(
          machine,
          cpu,
          cases,
          vector -> cpu.lapic().send(InterruptCommand.fixed(vector).withShorthand(shorthand)));
    }
  }
}
