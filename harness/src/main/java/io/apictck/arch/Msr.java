package io.apictck.arch;

/** Model-specific registers that matter here (Intel SDM Vol. 4). */
public final class Msr {
  /** Time-stamp counter. */
  public static final int IA32_TIME_STAMP_COUNTER = 0x10;

  /** Local APIC location and mode: see {@link ApicBase}. */
  public static final int IA32_APIC_BASE = 0x1B;

  /** Locks, and says whether VMXON is allowed: see the constants FEATURE_CONTROL_. */
  public static final int IA32_FEATURE_CONTROL = 0x3A;

  /** Bit 0 of IA32_FEATURE_CONTROL: locked. */
  public static final long FEATURE_CONTROL_LOCK = 1;

  /** Bit 2 of IA32_FEATURE_CONTROL: VMXON is allowed outside of SMX operation. */
  public static final long FEATURE_CONTROL_VMXON = 1 << 2;

  /** Added to the counter to give what RDTSC returns. */
  public static final int IA32_TSC_ADJUST = 0x3B;

  /** See {@link io.apictck.arch.vmx.VmxBasic}. */
  public static final int IA32_VMX_BASIC = 0x480;

  /** Allowed settings of pin-based controls. */
  public static final int IA32_VMX_PINBASED_CTLS = 0x481;

  /** Allowed settings of primary processor-based controls. */
  public static final int IA32_VMX_PROCBASED_CTLS = 0x482;

  /** Allowed settings of VM-exit controls. */
  public static final int IA32_VMX_EXIT_CTLS = 0x483;

  /** Allowed settings of VM-entry controls. */
  public static final int IA32_VMX_ENTRY_CTLS = 0x484;

  /** See {@link io.apictck.arch.vmx.VmxMisc}. */
  public static final int IA32_VMX_MISC = 0x485;

  /** Bits of CR0 that must be 1 in VMX operation. */
  public static final int IA32_VMX_CR0_FIXED0 = 0x486;

  /** Bits of CR0 that may be 1 in VMX operation. */
  public static final int IA32_VMX_CR0_FIXED1 = 0x487;

  /** Bits of CR4 that must be 1 in VMX operation. */
  public static final int IA32_VMX_CR4_FIXED0 = 0x488;

  /** Bits of CR4 that may be 1 in VMX operation. */
  public static final int IA32_VMX_CR4_FIXED1 = 0x489;

  /** Highest index of VMCS fields. */
  public static final int IA32_VMX_VMCS_ENUM = 0x48A;

  /** Allowed settings of secondary processor-based controls. */
  public static final int IA32_VMX_PROCBASED_CTLS2 = 0x48B;

  /** Capabilities of EPT and VPID. */
  public static final int IA32_VMX_EPT_VPID_CAP = 0x48C;

  /** As 481h, where default1 controls may be 0. */
  public static final int IA32_VMX_TRUE_PINBASED_CTLS = 0x48D;

  /** As 482h, where default1 controls may be 0. */
  public static final int IA32_VMX_TRUE_PROCBASED_CTLS = 0x48E;

  /** As 483h, where default1 controls may be 0. */
  public static final int IA32_VMX_TRUE_EXIT_CTLS = 0x48F;

  /** As 484h, where default1 controls may be 0. */
  public static final int IA32_VMX_TRUE_ENTRY_CTLS = 0x490;

  /** Tertiary controls that may be 1. */
  public static final int IA32_VMX_PROCBASED_CTLS3 = 0x492;

  /** Secondary VM-exit controls that may be 1. */
  public static final int IA32_VMX_EXIT_CTLS2 = 0x493;

  /** Deadline of the APIC timer in TSC-deadline mode; 0 is disarmed. */
  public static final int IA32_TSC_DEADLINE = 0x6E0;

  /** First MSR of the x2APIC range. */
  public static final int X2APIC_FIRST = 0x800;

  /** Last MSR of the x2APIC range. */
  public static final int X2APIC_LAST = 0x8FF;

  /** User interrupts that are requested (UIRR). */
  public static final int IA32_UINTR_RR = 0x985;

  /** Address of the handler of user interrupts (UIHANDLER). */
  public static final int IA32_UINTR_HANDLER = 0x986;

  /** Stack of that handler (UISTACKADJUST): bit 0 says whether it is subtracted or loaded. */
  public static final int IA32_UINTR_STACKADJUST = 0x987;

  /** See {@link io.apictck.arch.uintr.UserInterruptMisc}. */
  public static final int IA32_UINTR_MISC = 0x988;

  /** Address of the user posted-interrupt descriptor (UPIDADDR). */
  public static final int IA32_UINTR_PD = 0x989;

  /** Address of the target table (UITTADDR), and {@link #UINTR_TT_ENABLE}. */
  public static final int IA32_UINTR_TT = 0x98A;

  /** IA32_UMWAIT_CONTROL: {@link #UMWAIT_NO_DEEP_STATE}, and a limit in bits 31:2. */
  public static final int IA32_UMWAIT_CONTROL = 0xE1;

  /** Bit 0 of IA32_UMWAIT_CONTROL: C0.2 is not used. */
  public static final long UMWAIT_NO_DEEP_STATE = 1;

  /** IA32_U_CET: control-flow enforcement in user mode. */
  public static final int IA32_U_CET = 0x6A0;

  /** IA32_PL3_SSP: shadow stack pointer of user mode. */
  public static final int IA32_PL3_SSP = 0x6A7;

  /** Bit 0 of IA32_UINTR_TT: SENDUIPI is enabled. */
  public static final long UINTR_TT_ENABLE = 1;

  /** Supervisor components that XSAVES and XRSTORS manage. */
  public static final int IA32_XSS = 0xDA0;

  private Msr() {}
}
