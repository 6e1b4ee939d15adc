package io.apictck.arch.vmx;

/**
 * Bits of the exit qualification of EPT violations (Intel SDM Vol. 3C, "Basic VM-Exit
 * Information").
 */
public final class EptViolation {
  /** A data read. */
  public static final long READ = 1;

  /** A data write. */
  public static final long WRITE = 1 << 1;

  /** An instruction fetch. */
  public static final long FETCH = 1 << 2;

  /** The guest-physical address was readable, writable, executable: bits 5:3. */
  public static final int RIGHTS_SHIFT = 3;

  /** The guest linear address is valid. */
  public static final long LINEAR = 1 << 7;

  /** The access was to the translation of that address, not to a paging-structure entry. */
  public static final long TRANSLATED = 1 << 8;

  private EptViolation() {}
}
