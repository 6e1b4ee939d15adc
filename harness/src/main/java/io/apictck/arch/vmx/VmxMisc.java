package io.apictck.arch.vmx;

/**
 * IA32_VMX_MISC (Intel SDM Vol. 3D, "Miscellaneous Data").
 *
 * @param raw the 64 bits
 */
public record VmxMisc(long raw) {
  /** Bits 4:0: the VMX-preemption timer counts down when this bit of the TSC changes. */
  public int preemptionTimerRate() {
    return (int) raw & 0x1F;
  }

  /** Whether an activity state other than active is supported: bits 8:6. */
  @SuppressWarnings("EnumOrdinal") // states are in the order of their numbers
  public boolean supports(ActivityState state) {
    return state == ActivityState.ACTIVE || ((raw >>> (5 + state.ordinal())) & 1) != 0;
  }

  /** Bit 29: VMWRITE may write any supported field. */
  public boolean writesReadOnlyFields() {
    return (raw >>> 29 & 1) != 0;
  }

  /** Bit 30: software events may be injected with instruction length 0. */
  public boolean zeroLengthInjection() {
    return (raw >>> 30 & 1) != 0;
  }
}
