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
  IO_APIC,
  /** An EOI register in the first I/O APIC: version at least 20h. */
  IO_APIC_EOI_REGISTER,
  /** A pair of 8259 interrupt controllers, as PCAT_COMPAT of the MADT tells. */
  PIC,
  /** Edge/level control registers of the 8259 pair, ports 4D0h and 4D1h. */
  ELCR,
  /** The INTR output of the 8259 pair is wired to input 0 of the first I/O APIC. */
  INTR_AT_IO_APIC,
  /** An interrupt mode configuration register, ports 22h and 23h (IMCRP of the MP table). */
  IMCR,
  /** An 8254 timer whose channel 0 drives ISA interrupt 0. */
  PIT,
  /** An MC146818 clock whose periodic interrupt is ISA interrupt 8. */
  RTC,
  /** ACPI tables, found from the RSDP below 1 MiB. */
  ACPI_TABLES,
  /** An MP configuration table, found from its floating pointer below 1 MiB. */
  MP_TABLE,
  /** Bits 14:8 of destination IDs in messages and redirection table entries. */
  EXTENDED_DESTINATION_ID,
  /** A PCI function with an MSI capability. */
  MSI,
  /** A PCI function with an MSI-X capability. */
  MSI_X
}
