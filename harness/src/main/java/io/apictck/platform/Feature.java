package io.apictck.platform;

/**
 * Optional parts of the interrupt hardware. Software finds them by CPUID, MSRs and version
 * registers.
 */
public enum Feature {
  /** CPUID.1:ECX[21]. */
  X2APIC,
  /** CPUID.1:ECX[24]. */
  TSC_DEADLINE,
  /** Local APIC version register, bit 24. */
  EOI_BROADCAST_SUPPRESSION,
  /** An LVT performance monitoring entry: maximum LVT entry at least 4. */
  LVT_PERFORMANCE,
  /** An LVT thermal sensor entry: maximum LVT entry at least 5. */
  LVT_THERMAL,
  /** An LVT CMCI entry: maximum LVT entry at least 6. */
  LVT_CMCI,
  /** CPUID.1:ECX[3]. */
  MONITOR_MWAIT,
  /** An I/O APIC whose inputs the platform describes. */
  IO_APIC
}
