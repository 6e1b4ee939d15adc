package io.apictck.arch;

/** Bits of CR4 that matter here (Intel SDM Vol. 3A, "Control Registers"). */
public final class Cr4 {
  /** User interrupts: their delivery, notifications and instructions. */
  public static final long UINTR = 1 << 25;

  /** RDTSC, UMWAIT and TPAUSE need privilege level 0. */
  public static final long TSD = 1 << 2;

  /** Linear addresses of 57 bits and five-level paging. */
  public static final long LA57 = 1 << 12;

  /** Control-flow enforcement: shadow stacks and indirect-branch tracking. */
  public static final long CET = 1 << 23;

  /** XSAVE and the instructions that go with it. */
  public static final long OSXSAVE = 1 << 18;

  private Cr4() {}
}
