package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.ApicVersion;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.arch.TimerMode;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/** What the manual says of the MSRs of a local APIC with its version and features. */
final class X2apicMsrs {
  private final Cpu cpu;
  private final ApicVersion version;
  private final boolean deadlineMode;

  X2apicMsrs(Cpu cpu) {
    this.cpu = cpu;
    this.version = cpu.lapic().version();
    this.deadlineMode = cpu.machine().features().has(Feature.TSC_DEADLINE);
  }

  /** What software may do with an MSR of the range in x2APIC mode. */
  Access access(int msr) {
    int offset = (msr - Msr.X2APIC_FIRST) << 4;
    LapicRegister register = LapicRegister.atOrNull(offset);
    return register == null || !exists(register) ? Access.ABSENT : register.access(ApicMode.X2APIC);
  }

  private boolean exists(LapicRegister register) {
    return register.lvtIndex() <= version.maxLvtEntry();
  }

  /** The registers that can be written. */
  List<LapicRegister> writable() {
    List<LapicRegister> registers = new ArrayList<>();
    for (LapicRegister register : LapicRegister.values()) {
      if (exists(register) && register.access(ApicMode.X2APIC).writable()) {
        registers.add(register);
      }
    }
    return registers;
  }

  /** The entries of the local vector table that there are. */
  List<LapicRegister> lvtEntries() {
    return writable().stream().filter(LapicRegister::isLvt).toList();
  }

  /** The bits that can be written as one. */
  long allowed(LapicRegister register) {
    long bits = register.x2apicWritableBits();
    return switch (register) {
      case SVR ->
          version.canSuppressEoiBroadcast()
              ? bits | SpuriousInterruptVector.SUPPRESS_EOI_BROADCAST
              : bits;
      case LVT_TIMER ->
          deadlineMode ? bits : bits & ~LvtEntry.of(0).withTimerMode(TimerMode.TSC_DEADLINE).raw();
      default -> bits;
    };
  }

  /** The bits of which the manual leaves open whether writing them as one faults. */
  static long open(LapicRegister register) {
    if (register.isLvt()) {
      return register.definedBits() & (LvtEntry.DELIVERY_STATUS | LvtEntry.REMOTE_IRR);
    }
    return switch (register) {
      case SVR -> SpuriousInterruptVector.FOCUS_CHECKING;
      case ICR -> InterruptCommand.DELIVERY_STATUS;
      default -> 0;
    };
  }

  /** The bits from {@code first} to {@code last} that must fault, each as a value. */
  List<Long> reserved(LapicRegister register, int first, int last) {
    List<Long> bits = new ArrayList<>();
    for (int bit = first; bit <= last; bit++) {
      if (((allowed(register) | open(register)) >>> bit & 1) == 0) {
        bits.add(1L << bit);
      }
    }
    return bits;
  }

  /** A write must fault, and what can be read of the register must stay. */
  void assertRefuses(LapicRegister register, long value) {
    boolean readable = register.access(ApicMode.X2APIC).readable();
    long before = readable ? cpu.rdmsr(register.msr()) : 0;
    assertThat(cpu.attempt(new Instruction.Wrmsr(register.msr(), value)))
        .as("WRMSR %s, %s", register, Hex.qword(value))
        .raisesGeneralProtection();
    if (readable) {
      assertThat(Hex.qword(cpu.rdmsr(register.msr())))
          .as("%s after the refused write of %s", register, Hex.qword(value))
          .isEqualTo(Hex.qword(before));
    }
  }
}
