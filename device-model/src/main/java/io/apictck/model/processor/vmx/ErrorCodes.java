package io.apictck.model.processor.vmx;

import io.apictck.arch.Exceptions;

/** Exceptions with an error code (Intel SDM Vol. 3A, "Exception and Interrupt Vectors"). */
public final class ErrorCodes {
  /** #DF, #TS, #NP, #SS, #GP, #PF, #AC. */
  private static final int WITH = 1 << 8 | 0x1F << 10 | 1 << 17;

  /** #DE, #TS, #NP, #SS, #GP. */
  private static final int CONTRIBUTORY = 1 | 0xF << 10;

  private ErrorCodes() {}

  /** Whether an exception has one; {@code controlProtection}: the processor has #CP. */
  public static boolean has(int vector, boolean controlProtection) {
    return vector == Exceptions.CP
        ? controlProtection
        : vector < Integer.SIZE && (WITH >>> vector & 1) != 0;
  }

  /** Whether an exception is contributory: a second one during its delivery is a double fault. */
  public static boolean contributory(int vector) {
    return vector < Integer.SIZE && (CONTRIBUTORY >>> vector & 1) != 0;
  }
}
