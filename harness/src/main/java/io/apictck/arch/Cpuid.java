package io.apictck.arch;

/**
 * CPUID leaves and bits that say what a processor's interrupt hardware offers (Intel SDM Vol. 2A,
 * "CPUID").
 */
public final class Cpuid {
  /** Leaf 1: EBX[31:24] is the initial APIC ID. */
  public static final int FEATURES = 1;

  /** Leaf 5: MONITOR/MWAIT. */
  public static final int MONITOR_LEAF = 5;

  /** Leaf 7, subleaf 0: structured extended features. */
  public static final int STRUCTURED_FEATURES = 7;

  /** Leaf Bh: EDX is the x2APIC ID. */
  public static final int TOPOLOGY = 0xB;

  /** Leaf 15h: TSC and core crystal clock. */
  public static final int TSC_CRYSTAL = 0x15;

  /** Leaf 80000008h: EAX[7:0] is MAXPHYADDR. */
  public static final int ADDRESS_SIZES = 0x8000_0008;

  /** Leaf 1, ECX bit 3. */
  public static final int ECX_MONITOR = 1 << 3;

  /** Leaf 1, ECX bit 5. */
  public static final int ECX_VMX = 1 << 5;

  /** Leaf 1, ECX bit 21. */
  public static final int ECX_X2APIC = 1 << 21;

  /** Leaf 1, ECX bit 24. */
  public static final int ECX_TSC_DEADLINE = 1 << 24;

  /** Leaf 1, ECX bit 26. */
  public static final int ECX_XSAVE = 1 << 26;

  /** Leaf 1, ECX bit 27: CR4.OSXSAVE. */
  public static final int ECX_OSXSAVE = 1 << 27;

  /** Leaf 1, EDX bit 9: a local APIC is present and globally enabled. */
  public static final int EDX_APIC = 1 << 9;

  /** Leaf 5, ECX bit 1: interrupts break MWAIT even with IF=0 where asked for. */
  public static final int MWAIT_INTERRUPT_BREAK = 1 << 1;

  /** Leaf 7, EBX bit 11: RTM. */
  public static final int EBX_RTM = 1 << 11;

  /** Leaf 7, ECX bit 5: UMONITOR, UMWAIT and TPAUSE. */
  public static final int ECX_WAITPKG = 1 << 5;

  /** Leaf 7, ECX bit 7: shadow stacks. */
  public static final int ECX_SHADOW_STACKS = 1 << 7;

  /** Leaf 7, ECX bit 16: linear addresses of 57 bits. */
  public static final int ECX_FIVE_LEVEL_PAGING = 1 << 16;

  /** Leaf 7, EDX bit 11: transactions abort always. */
  public static final int EDX_RTM_ALWAYS_ABORT = 1 << 11;

  /** Leaf 7, EDX bit 20: indirect-branch tracking. */
  public static final int EDX_BRANCH_TRACKING = 1 << 20;

  /** Leaf 7, EDX bit 5. */
  public static final int EDX_USER_INTERRUPTS = 1 << 5;

  private Cpuid() {}
}
