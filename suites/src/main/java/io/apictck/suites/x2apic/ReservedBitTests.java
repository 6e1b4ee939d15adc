package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.RegisterDump;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * WRMSR with a reserved bit set faults and changes nothing (Intel SDM Vol. 3A, "Reserved Bit
 * Checking").
 */
@Conformance
@InMode(ApicMode.X2APIC)
final class ReservedBitTests {
  private static final int VECTOR = 0x61;
  private static final int HIGH_HALF = 32;
  private static final long SELF =
      InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.SELF).raw();

  /**
   * A legal value that is not the reset value, so that a write that only drops the reserved bit
   * shows.
   */
  private static long legal(LapicRegister register) {
    if (register.isLvt()) {
      return LvtEntry.fixed(VECTOR).withMasked(true).raw();
    }
    return switch (register) {
      case TPR -> 0x5A;
      case SVR -> SpuriousInterruptVector.RESET.withEnabled(true).withVector(0xAF).raw();
      case ICR -> SELF;
      case SELF_IPI -> VECTOR;
      case INITIAL_COUNT -> 0x1234_5678;
      case DIVIDE_CONFIGURATION -> 0x3;
      default -> 0;
    };
  }

  /**
   * Tries every reserved bit from {@code first} to {@code last}, alone and on top of a legal value.
   */
  private static void refuses(
      Cpu cpu, Cases cases, List<LapicRegister> registers, int first, int last) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    for (LapicRegister register : registers) {
      cases.each(
          msrs.reserved(register, first, last),
          bit -> {
            msrs.assertRefuses(register, bit);
            msrs.assertRefuses(register, legal(register) | bit);
          });
    }
    // nothing was sent, nothing ended, no error latched, no other register touched
    assertThat(RegisterDump.of(cpu.lapic())).isEqualTo(before);
  }

  private static void refusesLowHalf(Cpu cpu, Cases cases, LapicRegister register) {
    refuses(cpu, cases, List.of(register), 0, HIGH_HALF - 1);
  }

  @Test
  @Sweep
  @Covers("X2-RSV-001")
  void everyBitOfTheHighHalfIsReserved(Machine machine, Cpu cpu, Cases cases) {
    List<LapicRegister> registers =
        new X2apicMsrs(cpu)
            .writable().stream().filter(register -> register != LapicRegister.ICR).toList();
    refuses(cpu, cases, registers, HIGH_HALF, Long.SIZE - 1);
    cpu.sti();
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Covers("X2-RSV-002")
  void tprHasEightBits(Cpu cpu, Cases cases) {
    cpu.lapic().setTpr(0x23);
    refusesLowHalf(cpu, cases, LapicRegister.TPR);
    cpu.lapic().setTpr(0xFF);
    assertThat(cpu.lapic()).hasTpr(0xFF);
  }

  @Test
  @Sweep
  @Covers({"X2-RSV-001", "X2-RSV-003"})
  void eoiTakesOnlyZero(Cpu cpu, Cases cases) {
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    cases.range(
        0,
        Long.SIZE - 1,
        bit -> {
          msrs.assertRefuses(LapicRegister.EOI, 1L << bit);
          assertThat(cpu.lapic()).isServicing(VECTOR);
        });
    msrs.assertRefuses(LapicRegister.EOI, VECTOR);
    assertThat(cpu.lapic()).isServicing(VECTOR);
    cpu.finishInterrupt();
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Sweep
  @Covers({"X2-RSV-001", "X2-RSV-004"})
  void esrTakesOnlyZero(Cpu cpu, Cases cases) {
    LocalApic lapic = cpu.lapic();
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    // an error waits to be shown: a write that faults must not latch it
    lapic.send(InterruptCommand.fixed(0).withDestination(cpu.apicId()));
    assertThat(lapic.read(LapicRegister.ESR)).as("ESR before a write").isZero();
    cases.range(0, Long.SIZE - 1, bit -> msrs.assertRefuses(LapicRegister.ESR, 1L << bit));
    msrs.assertRefuses(LapicRegister.ESR, 0xFFFF_FFFFL);
    msrs.assertRefuses(LapicRegister.ESR, ErrorStatus.DEFINED);
    assertThat(lapic.latchErrors() & ErrorStatus.SEND_ILLEGAL_VECTOR)
        .as("the error after a legal write")
        .isNotZero();
  }

  @Test
  @Sweep
  @Covers("X2-RSV-005")
  void svrReservedBits(Cpu cpu, Cases cases) {
    refusesLowHalf(cpu, cases, LapicRegister.SVR);
  }

  @Test
  @OnMachine(without = Feature.EOI_BROADCAST_SUPPRESSION)
  @Covers("X2-RSV-005")
  void svrBit12IsReservedWithoutSuppression(Cpu cpu) {
    assertThat(cpu.lapic().version().canSuppressEoiBroadcast()).as("version bit 24").isFalse();
    new X2apicMsrs(cpu)
        .assertRefuses(LapicRegister.SVR, cpu.lapic().svr().withSuppressEoiBroadcast(true).raw());
  }

  @Test
  @Sweep
  @Covers("X2-RSV-006")
  void lvtReservedBits(Cpu cpu, Cases cases) {
    refuses(cpu, cases, new X2apicMsrs(cpu).lvtEntries(), 0, HIGH_HALF - 1);
  }

  @Test
  @Sweep
  @OnMachine(without = Feature.TSC_DEADLINE)
  @Covers("X2-RSV-006")
  void timerBit18IsReservedWithoutDeadlineMode(Cpu cpu, Cases cases) {
    refusesLowHalf(cpu, cases, LapicRegister.LVT_TIMER);
  }

  @Test
  @Sweep
  @Covers("X2-RSV-007")
  void divideConfigurationReservedBits(Cpu cpu, Cases cases) {
    refusesLowHalf(cpu, cases, LapicRegister.DIVIDE_CONFIGURATION);
  }

  @Test
  @Sweep
  @Covers("X2-RSV-008")
  void icrReservedBitsFaultAndSendNothing(Machine machine, Cpu cpu, Cases cases) {
    refuses(cpu, cases, List.of(LapicRegister.ICR), 0, Long.SIZE - 1);
    cpu.sti();
    machine.expectNothing();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("X2-RSV-008")
  void icrReservedBitsSendNothingToOthersEither(Machine machine, Cpu cpu) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    Cpu other = machine.cpu(1);
    other.sti();
    InterruptCommand command = InterruptCommand.fixed(VECTOR).withDestination(other.apicId());
    for (long bit : msrs.reserved(LapicRegister.ICR, 0, HIGH_HALF - 1)) {
      msrs.assertRefuses(LapicRegister.ICR, command.raw() | bit);
    }
    machine.expectNothing();
    assertThat(other.lapic()).isIdle();
  }

  @Test
  @Sweep
  @Covers("X2-RSV-009")
  void selfIpiReservedBitsFaultAndSendNothing(Machine machine, Cpu cpu, Cases cases) {
    refusesLowHalf(cpu, cases, LapicRegister.SELF_IPI);
    // what a caller of the ICR would write
    new X2apicMsrs(cpu).assertRefuses(LapicRegister.SELF_IPI, SELF);
    cpu.sti();
    machine.expectNothing();
  }

  @Test
  @Sweep
  @Covers("X2-RSV-010")
  void initialCountTakesEveryValue(Cpu cpu, Cases cases) {
    cases.range(
        0,
        HIGH_HALF,
        bit -> {
          long value = bit == HIGH_HALF ? 0xFFFF_FFFFL : 1L << bit;
          cpu.wrmsr(LapicRegister.INITIAL_COUNT.msr(), value);
          assertThat(Hex.qword(cpu.rdmsr(LapicRegister.INITIAL_COUNT.msr())))
              .as("initial count")
              .isEqualTo(Hex.qword(value));
        });
    cpu.lapic().stopTimer();
  }

  @Test
  @Covers("X2-RSV-010")
  void theHighHalfReadsZero(Cpu cpu) {
    LocalApic lapic = cpu.lapic();
    lapic.setTpr(0xFF);
    lapic.writeSelfIpiRegister(0xFF);
    lapic.write(LapicRegister.INITIAL_COUNT, -1);
    for (LapicRegister register : RegisterDump.readable(lapic, LapicRegister.ICR)) {
      for (int i = 0; i < register.count(); i++) {
        // rdmsr itself looks at the upper halves of RAX and RDX
        assertThat(cpu.rdmsr(register.msr(i)) >>> HIGH_HALF)
            .as("bits 63:32 of %s, MSR %s", register, Integer.toHexString(register.msr(i)))
            .isZero();
      }
    }
    lapic.stopTimer();
  }

  @Test
  @Sweep
  @Covers({"X2-RSV-005", "X2-RSV-006", "X2-RSV-007"})
  void everyLegalBitIsAcceptedAndKept(Cpu cpu, Cases cases) {
    X2apicMsrs msrs = new X2apicMsrs(cpu);
    for (LapicRegister register : msrs.writable()) {
      if (!register.isLvt()
          && register != LapicRegister.SVR
          && register != LapicRegister.DIVIDE_CONFIGURATION) {
        continue;
      }
      // masked, so that no pin or event is heard; the software-enable bit, so that masks can be
      // cleared
      long base = register == LapicRegister.SVR ? SpuriousInterruptVector.ENABLE : 0;
      long mask = register.isLvt() ? LvtEntry.MASK : 0;
      long reset = cpu.rdmsr(register.msr());
      cases.range(
          0,
          Long.SIZE - 1,
          bit -> {
            if ((msrs.allowed(register) >>> bit & 1) != 0) {
              long value = base | mask | 1L << bit;
              cpu.wrmsr(register.msr(), value);
              assertThat(Hex.qword(cpu.rdmsr(register.msr())))
                  .as("%s", register)
                  .isEqualTo(Hex.qword(value));
            }
          });
      cpu.wrmsr(register.msr(), reset);
    }
  }

  @Test
  @Records
  @Covers({"X2-RSV-005", "X2-RSV-006", "X2-RSV-008"})
  void bitsThatTheManualLeavesOpen(Machine machine, Cpu cpu) {
    Map<String, String> before = RegisterDump.of(cpu.lapic());
    for (LapicRegister register : new X2apicMsrs(cpu).writable()) {
      long open = X2apicMsrs.open(register);
      if (open == 0) {
        continue;
      }
      // the ICR would send what it holds: an IPI to itself, that is seen below
      long value = register == LapicRegister.ICR ? SELF : cpu.rdmsr(register.msr());
      for (int bit = 0; bit < Long.SIZE; bit++) {
        if ((open >>> bit & 1) != 0) {
          Attempt attempt = cpu.attempt(new Instruction.Wrmsr(register.msr(), value | 1L << bit));
          machine.observe(
              register + " bit " + bit,
              attempt instanceof Attempt.Failed ? "faults" : "is accepted");
        }
      }
      if (register != LapicRegister.ICR) {
        machine.observe(register + " then reads", Hex.qword(cpu.rdmsr(register.msr())));
        cpu.wrmsr(register.msr(), value);
      }
    }
    boolean sent = cpu.lapic().irr().contains(VECTOR);
    machine.observe("ICR with bit 12 set sends", sent);
    cpu.sti();
    if (sent) {
      cpu.serve(VECTOR);
    }
    Map<String, String> after = RegisterDump.of(cpu.lapic());
    after.put(LapicRegister.ICR.name(), before.get(LapicRegister.ICR.name()));
    assertThat(after).isEqualTo(before);
  }
}
