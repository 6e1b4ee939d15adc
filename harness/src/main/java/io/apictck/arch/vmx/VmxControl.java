package io.apictck.arch.vmx;

/**
 * Controls of VMX that matter to interrupts (Intel SDM Vol. 3C, "VM-Execution Control Fields",
 * "VM-Exit Controls", "VM-Entry Controls").
 */
public enum VmxControl {
  /** External-interrupt exiting. */
  EXTERNAL_INTERRUPT_EXITING(ControlVector.PIN, 0),
  /** NMI exiting. */
  NMI_EXITING(ControlVector.PIN, 3),
  /** Virtual NMIs. */
  VIRTUAL_NMIS(ControlVector.PIN, 5),
  /** Activate VMX-preemption timer. */
  ACTIVATE_VMX_PREEMPTION_TIMER(ControlVector.PIN, 6),
  /** Process posted interrupts. */
  PROCESS_POSTED_INTERRUPTS(ControlVector.PIN, 7),
  /** Interrupt-window exiting. */
  INTERRUPT_WINDOW_EXITING(ControlVector.PRIMARY, 2),
  /** Use TSC offsetting. */
  USE_TSC_OFFSETTING(ControlVector.PRIMARY, 3),
  /** HLT exiting. */
  HLT_EXITING(ControlVector.PRIMARY, 7),
  /** MWAIT exiting. */
  MWAIT_EXITING(ControlVector.PRIMARY, 10),
  /** RDTSC exiting. */
  RDTSC_EXITING(ControlVector.PRIMARY, 12),
  /** Activate tertiary controls. */
  ACTIVATE_TERTIARY_CONTROLS(ControlVector.PRIMARY, 17),
  /** CR8-load exiting. */
  CR8_LOAD_EXITING(ControlVector.PRIMARY, 19),
  /** CR8-store exiting. */
  CR8_STORE_EXITING(ControlVector.PRIMARY, 20),
  /** Use TPR shadow. */
  USE_TPR_SHADOW(ControlVector.PRIMARY, 21),
  /** NMI-window exiting. */
  NMI_WINDOW_EXITING(ControlVector.PRIMARY, 22),
  /** Unconditional I/O exiting. */
  UNCONDITIONAL_IO_EXITING(ControlVector.PRIMARY, 24),
  /** Use I/O bitmaps. */
  USE_IO_BITMAPS(ControlVector.PRIMARY, 25),
  /** Monitor trap flag. */
  MONITOR_TRAP_FLAG(ControlVector.PRIMARY, 27),
  /** Use MSR bitmaps. */
  USE_MSR_BITMAPS(ControlVector.PRIMARY, 28),
  /** MONITOR exiting. */
  MONITOR_EXITING(ControlVector.PRIMARY, 29),
  /** PAUSE exiting. */
  PAUSE_EXITING(ControlVector.PRIMARY, 30),
  /** Activate secondary controls. */
  ACTIVATE_SECONDARY_CONTROLS(ControlVector.PRIMARY, 31),
  /** Virtualize APIC accesses. */
  VIRTUALIZE_APIC_ACCESSES(ControlVector.SECONDARY, 0),
  /** Enable EPT. */
  ENABLE_EPT(ControlVector.SECONDARY, 1),
  /** Virtualize x2APIC mode. */
  VIRTUALIZE_X2APIC_MODE(ControlVector.SECONDARY, 4),
  /** Enable VPID. */
  ENABLE_VPID(ControlVector.SECONDARY, 5),
  /** Unrestricted guest. */
  UNRESTRICTED_GUEST(ControlVector.SECONDARY, 7),
  /** APIC-register virtualization. */
  APIC_REGISTER_VIRTUALIZATION(ControlVector.SECONDARY, 8),
  /** Virtual-interrupt delivery. */
  VIRTUAL_INTERRUPT_DELIVERY(ControlVector.SECONDARY, 9),
  /** PAUSE-loop exiting. */
  PAUSE_LOOP_EXITING(ControlVector.SECONDARY, 10),
  /** IPI virtualization. */
  IPI_VIRTUALIZATION(ControlVector.TERTIARY, 4),
  /** APIC-timer virtualization. */
  APIC_TIMER_VIRTUALIZATION(ControlVector.TERTIARY, 8),
  /** Host address-space size: 64-bit mode after the exit. */
  HOST_ADDRESS_SPACE_SIZE(ControlVector.EXIT, 9),
  /** Acknowledge interrupt on exit. */
  ACKNOWLEDGE_INTERRUPT_ON_EXIT(ControlVector.EXIT, 15),
  /** Save IA32_EFER. */
  SAVE_IA32_EFER(ControlVector.EXIT, 20),
  /** Load IA32_EFER. */
  LOAD_IA32_EFER_ON_EXIT(ControlVector.EXIT, 21),
  /** Save VMX-preemption timer value. */
  SAVE_VMX_PREEMPTION_TIMER_VALUE(ControlVector.EXIT, 22),
  /** Clear UINV. */
  CLEAR_UINV(ControlVector.EXIT, 27),
  /** Activate secondary VM-exit controls. */
  ACTIVATE_SECONDARY_EXIT_CONTROLS(ControlVector.EXIT, 31),
  /** IA-32e mode guest. */
  IA32E_MODE_GUEST(ControlVector.ENTRY, 9),
  /** Load IA32_EFER. */
  LOAD_IA32_EFER_ON_ENTRY(ControlVector.ENTRY, 15),
  /** Load UINV. */
  LOAD_UINV(ControlVector.ENTRY, 19);

  private final ControlVector vector;
  private final int bit;
  private final long mask;

  VmxControl(ControlVector vector, int bit) {
    this.vector = vector;
    this.bit = bit;
    this.mask = 1L << bit;
  }

  /** The vector it is in. */
  public ControlVector vector() {
    return vector;
  }

  /** Its bit position. */
  public int bit() {
    return bit;
  }

  /** Its bit. */
  public long mask() {
    return mask;
  }

  /** Whether it is 1 in a value of its vector. */
  public boolean in(long controls) {
    return (controls & mask) != 0;
  }
}
