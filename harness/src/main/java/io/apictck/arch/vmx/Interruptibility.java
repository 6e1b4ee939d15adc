package io.apictck.arch.vmx;

/** Bits of the guest interruptibility state (Intel SDM Vol. 3C, "Guest Non-Register State"). */
public final class Interruptibility {
  /** Bit 0. */
  public static final int BLOCKING_BY_STI = 1;

  /** Bit 1. */
  public static final int BLOCKING_BY_MOV_SS = 1 << 1;

  /** Bit 2. */
  public static final int BLOCKING_BY_SMI = 1 << 2;

  /** Bit 3; virtual-NMI blocking if the control "virtual NMIs" is 1. */
  public static final int BLOCKING_BY_NMI = 1 << 3;

  /** Bit 4. */
  public static final int ENCLAVE_INTERRUPTION = 1 << 4;

  /** Bits 31:5 must be 0. */
  public static final int RESERVED = ~0x1F;

  private Interruptibility() {}
}
