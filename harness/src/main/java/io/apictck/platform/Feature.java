package io.apictck.platform;

import io.apictck.arch.vmx.VmxControl;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  MSI_X,
  /** A DMA remapping reporting table among the ACPI tables. */
  DMAR_TABLE,
  /** A remapping unit of Intel VT-d that the platform describes. */
  REMAPPING_UNIT,
  /** ECAP.IR and ECAP.QI of the first remapping unit. */
  INTERRUPT_REMAPPING,
  /** ECAP.EIM of the first remapping unit: destinations of 32 bits. */
  EXTENDED_INTERRUPT_MODE,
  /** CAP.PI of the first remapping unit. */
  INTERRUPT_POSTING,
  /** CAP.ESIRTPS of the first remapping unit: SIRTP invalidates the interrupt entry cache. */
  ENHANCED_SIRTP,
  /** ECAP.SMTS of the first remapping unit: invalidation descriptors of 256 bits. */
  WIDE_INVALIDATION_DESCRIPTORS,
  /** CPUID.7.0:EDX[5]. */
  USER_INTERRUPTS,
  /** CPUID.7.0:ECX[16]: linear addresses of 57 bits. */
  FIVE_LEVEL_PAGING,
  /** CPUID.7.0:ECX[5]: UMONITOR, UMWAIT and TPAUSE. */
  WAITPKG,
  /** CPUID.7.0:ECX[7]. */
  SHADOW_STACKS,
  /** CPUID.7.0:EDX[20]: indirect-branch tracking. */
  BRANCH_TRACKING,
  /** CPUID.7.0:EBX[11], and EDX[11] = 0: transactions that need not abort. */
  RTM,
  /** CPUID.1:ECX[5], and IA32_FEATURE_CONTROL allows VMXON. */
  VMX,
  /** IA32_VMX_BASIC[55]: default1 controls may be 0. */
  VMX_TRUE_CONTROLS,
  /** Guests can be entered in HLT: IA32_VMX_MISC[6]. */
  HLT_ACTIVITY,
  /** Guests can be entered shut down: IA32_VMX_MISC[7]. */
  SHUTDOWN_ACTIVITY,
  /** Guests can be entered waiting for a start-up IPI: IA32_VMX_MISC[8]. */
  WAIT_FOR_SIPI_ACTIVITY,
  /** The control "virtual NMIs" may be 1. */
  VIRTUAL_NMIS(VmxControl.VIRTUAL_NMIS),
  /** The control "activate VMX-preemption timer" may be 1. */
  VMX_PREEMPTION_TIMER(VmxControl.ACTIVATE_VMX_PREEMPTION_TIMER),
  /** The control "monitor trap flag" may be 1. */
  MONITOR_TRAP_FLAG(VmxControl.MONITOR_TRAP_FLAG),
  /** The control "use MSR bitmaps" may be 1. */
  MSR_BITMAPS(VmxControl.USE_MSR_BITMAPS),
  /** The control "use I/O bitmaps" may be 1. */
  IO_BITMAPS(VmxControl.USE_IO_BITMAPS),
  /** The control "use TPR shadow" may be 1. */
  TPR_SHADOW(VmxControl.USE_TPR_SHADOW),
  /** The control "virtualize APIC accesses" may be 1. */
  VIRTUALIZE_APIC_ACCESSES(VmxControl.VIRTUALIZE_APIC_ACCESSES),
  /** The control "virtualize x2APIC mode" may be 1. */
  VIRTUALIZE_X2APIC_MODE(VmxControl.VIRTUALIZE_X2APIC_MODE),
  /** The control "APIC-register virtualization" may be 1. */
  APIC_REGISTER_VIRTUALIZATION(VmxControl.APIC_REGISTER_VIRTUALIZATION),
  /** The control "virtual-interrupt delivery" may be 1. */
  VIRTUAL_INTERRUPT_DELIVERY(VmxControl.VIRTUAL_INTERRUPT_DELIVERY),
  /** The control "process posted interrupts" may be 1. */
  POSTED_INTERRUPTS(VmxControl.PROCESS_POSTED_INTERRUPTS),
  /** The control "IPI virtualization" may be 1. */
  IPI_VIRTUALIZATION(VmxControl.IPI_VIRTUALIZATION),
  /** The control "APIC-timer virtualization" may be 1. */
  APIC_TIMER_VIRTUALIZATION(VmxControl.APIC_TIMER_VIRTUALIZATION),
  /** The control "enable EPT" may be 1. */
  EPT(VmxControl.ENABLE_EPT),
  /** The control "unrestricted guest" may be 1. */
  UNRESTRICTED_GUEST(VmxControl.UNRESTRICTED_GUEST),
  /** The control "load UINV" may be 1. */
  LOAD_UINV(VmxControl.LOAD_UINV),
  /** The control "clear UINV" may be 1. */
  CLEAR_UINV(VmxControl.CLEAR_UINV);

  private final @Nullable VmxControl control;

  Feature() {
    this.control = null;
  }

  Feature(VmxControl control) {
    this.control = control;
  }

  /** The VMX control that may be 1 where the feature is there; empty if it is no such feature. */
  public Optional<VmxControl> control() {
    return Optional.ofNullable(control);
  }
}
