package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/** The ICR as one 64-bit register (Intel SDM Vol. 3A, "ICR Operation in x2APIC Mode"). */
@Conformance
@InMode(ApicMode.X2APIC)
@OnMachine(processors = 3)
final class X2apicCommandRegisterTests {
  private static final int VECTOR = 0x61;
  private static final long RESERVED =
      ~(LapicRegister.ICR.x2apicWritableBits() | InterruptCommand.DELIVERY_STATUS);

  @Test
  @Sweep
  @Covers("LAPIC-ICR-003")
  void oneWriteSendsOneIpi(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    target.sti();
    cases.range(
        Vectors.FIRST,
        Vectors.LAST,
        vector -> {
          cpu.wrmsr(
              LapicRegister.ICR.msr(),
              (long) target.apicId() << 32 | InterruptCommand.LEVEL_ASSERT | vector);
          target.takeInterrupt(vector);
          assertThat(target.lapic()).isServicing(vector).requestsNothing();
          target.finishInterrupt();
          assertThat(target.lapic()).isIdle();
        });
    machine.expectNothing();
    for (Cpu other : machine.cpus()) {
      assertThat(other.lapic()).isIdle().hasNoErrors();
    }
  }

  @Test
  @Records
  @Covers("LAPIC-ICR-003")
  void whatReadsBackIsNotJudged(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    InterruptCommand command = InterruptCommand.fixed(VECTOR).withDestination(target.apicId());
    target.sti();
    cpu.lapic().send(command);
    target.serve(VECTOR);
    machine.observe(
        "ICR after " + Commands.text(command), Hex.qword(cpu.rdmsr(LapicRegister.ICR.msr())));
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Covers({"LAPIC-ICR-003", "X2-RSV-008"})
  void aReservedBitFaultsAndSendsNothing(Machine machine, Cpu cpu, Cases cases) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    receivers.verify(
        cpu, InterruptCommand.fixed(VECTOR).withDestination(cpu.apicId()), each -> each == cpu);
    long before = cpu.rdmsr(LapicRegister.ICR.msr());
    receivers.clear();
    for (Shorthand shorthand : Shorthand.values()) {
      for (InterruptCommand command :
          Commands.issuedAsEdge(DeliveryMode.FIXED, shorthand, VECTOR)) {
        cases.range(
            0,
            Integer.SIZE - 1,
            bit -> {
              if ((RESERVED & 1L << bit) != 0) {
                assertThat(
                        cpu.attempt(
                            new Instruction.Wrmsr(
                                LapicRegister.ICR.msr(), command.raw() | 1L << bit)))
                    .raisesGeneralProtection();
              }
            });
      }
    }
    machine.expectNothing();
    assertThat(receivers.soFar()).as("receivers of faulting commands").isEmpty();
    assertThat(Hex.qword(cpu.rdmsr(LapicRegister.ICR.msr())))
        .as("ICR")
        .isEqualTo(Hex.qword(before));
    receivers.verifyQuiet();
  }

  @Test
  @Covers({"LAPIC-ICR-003", "X2-MAP-004"})
  void theMemoryMappedRegistersSendNothing(Machine machine, Cpu cpu) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    long page = ApicBase.DEFAULT_ADDRESS;
    for (Shorthand shorthand : Shorthand.values()) {
      InterruptCommand command = InterruptCommand.fixed(VECTOR).withShorthand(shorthand);
      cpu.run(
          new Instruction.Store(
              page + LapicRegister.ICR_HIGH.offset(), 4, (long) machine.cpu(1).apicId() << 24),
          new Instruction.Store(page + LapicRegister.ICR.offset(), 4, command.raw()));
    }
    machine.expectNothing();
    assertThat(receivers.soFar()).as("receivers of stores to the register page").isEmpty();
    receivers.verifyQuiet();
  }
}
