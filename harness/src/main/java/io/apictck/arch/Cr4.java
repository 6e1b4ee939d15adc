package io.apictck.arch;

/** Bits of CR4 that matter here (Intel SDM Vol. 3A, "Control Registers"). */
public final class Cr4 {
  /** User interrupts: their delivery, notifications and instructions. */
  public static final long UINTR = 1 << 25;

  /** XSAVE and the instructions that go with it. */
  public static final long OSXSAVE = 1 << 18;

  private Cr4() {}
}
