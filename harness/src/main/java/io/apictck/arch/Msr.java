package io.apictck.arch;

/** Model-specific registers that matter here (Intel SDM Vol. 4). */
public final class Msr {
  /** Time-stamp counter. */
  public static final int IA32_TIME_STAMP_COUNTER = 0x10;

  /** Local APIC location and mode: see {@link ApicBase}. */
  public static final int IA32_APIC_BASE = 0x1B;

  /** Added to the counter to give what RDTSC returns. */
  public static final int IA32_TSC_ADJUST = 0x3B;

  /** Deadline of the APIC timer in TSC-deadline mode; 0 is disarmed. */
  public static final int IA32_TSC_DEADLINE = 0x6E0;

  /** First MSR of the x2APIC range. */
  public static final int X2APIC_FIRST = 0x800;

  /** Last MSR of the x2APIC range. */
  public static final int X2APIC_LAST = 0x8FF;

  private Msr() {}
}
