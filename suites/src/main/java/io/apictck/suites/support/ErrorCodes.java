package io.apictck.suites.support;

import io.apictck.machine.Cpu;

/** Exceptions with an error code (Intel SDM Vol. 3A, "Exception and Interrupt Vectors"). */
public final class ErrorCodes {
  /** The highest vector of an exception. */
  public static final int LAST_EXCEPTION = 31;

  /** #CP, which only processors with CET have. */
  public static final int CP = 21;

  /** #DF, #TS, #NP, #SS, #GP, #PF, #AC. */
  private static final int WITH = 1 << 8 | 0x1F << 10 | 1 << 17;

  private static final int EXTENDED_FEATURES = 7;
  private static final int ECX_SHADOW_STACKS = 1 << 7;
  private static final int EDX_INDIRECT_BRANCHES = 1 << 20;

  private ErrorCodes() {}

  /** Whether an exception, other than {@link #CP}, has one. */
  public static boolean has(int vector) {
    return vector <= LAST_EXCEPTION && (WITH >>> vector & 1) != 0;
  }

  /** Whether a processor has CET. */
  public static boolean controlProtection(Cpu cpu) {
    if (Integer.compareUnsigned(cpu.cpuid(0).eax(), EXTENDED_FEATURES) < 0) {
      return false;
    }
    Cpu.CpuidResult features = cpu.cpuid(EXTENDED_FEATURES, 0);
    return (features.ecx() & ECX_SHADOW_STACKS) != 0
        || (features.edx() & EDX_INDIRECT_BRANCHES) != 0;
  }

  /** Whether an exception has one on a processor that has it. */
  public static boolean has(Cpu cpu, int vector) {
    return vector == CP ? controlProtection(cpu) : has(vector);
  }
}
