package io.apictck.arch.vmx;

/** Values of the guest activity state (Intel SDM Vol. 3C, "Guest Non-Register State"). */
public enum ActivityState {
  /** 0. */
  ACTIVE,
  /** 1; only where bit 6 of IA32_VMX_MISC is 1. */
  HLT,
  /** 2; only where bit 7 of IA32_VMX_MISC is 1. */
  SHUTDOWN,
  /** 3; only where bit 8 of IA32_VMX_MISC is 1. */
  WAIT_FOR_SIPI;

  private static final ActivityState[] ALL = values();

  /** Whether a value of the field is one of these. */
  public static boolean defines(long number) {
    return Long.compareUnsigned(number, ALL.length) < 0;
  }

  /** The one that a value of the field {@link #defines} stands for. */
  public static ActivityState of(long number) {
    return ALL[(int) number];
  }
}
