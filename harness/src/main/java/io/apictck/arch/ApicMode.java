package io.apictck.arch;

/**
 * Operating mode of a local APIC, selected by the EN and EXTD bits of IA32_APIC_BASE (Intel SDM
 * Vol. 3A, "x2APIC State Transitions").
 */
public enum ApicMode {
  /** EN=0, EXTD=0: globally disabled. */
  DISABLED,
  /** EN=1, EXTD=0: registers are memory-mapped. */
  XAPIC,
  /** EN=1, EXTD=1: registers are MSRs 800h to 8FFh. */
  X2APIC
}
