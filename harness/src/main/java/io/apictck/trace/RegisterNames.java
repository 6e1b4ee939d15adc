package io.apictck.trace;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.VmcsField;

/** Names of addresses and MSRs, in brackets and with a leading space; empty where there is none. */
final class RegisterNames {
  private RegisterNames() {}

  /**
   * The register at an address of the local APIC page, if that stands where it does after reset.
   */
  static String ofAddress(long address) {
    long offset = address - ApicBase.DEFAULT_ADDRESS;
    return offset >= 0 && offset < LapicRegister.PAGE_SIZE && (offset & 0xF) == 0
        ? ofOffset((int) offset)
        : "";
  }

  /** The field of the VMCS with an encoding, by its name. */
  static String ofField(int encoding) {
    return VmcsField.of(encoding & ~VmcsField.HIGH)
        .map(field -> field.name() + ((encoding & VmcsField.HIGH) != 0 ? " high" : ""))
        .orElse("field " + Numbers.hex(Integer.toUnsignedLong(encoding)));
  }

  static String ofMsr(int msr) {
    return switch (msr) {
      case Msr.IA32_TIME_STAMP_COUNTER -> " (IA32_TIME_STAMP_COUNTER)";
      case Msr.IA32_APIC_BASE -> " (IA32_APIC_BASE)";
      case Msr.IA32_TSC_ADJUST -> " (IA32_TSC_ADJUST)";
      case Msr.IA32_TSC_DEADLINE -> " (IA32_TSC_DEADLINE)";
      case Msr.IA32_UINTR_RR -> " (IA32_UINTR_RR)";
      case Msr.IA32_UINTR_HANDLER -> " (IA32_UINTR_HANDLER)";
      case Msr.IA32_UINTR_STACKADJUST -> " (IA32_UINTR_STACKADJUST)";
      case Msr.IA32_UINTR_MISC -> " (IA32_UINTR_MISC)";
      case Msr.IA32_UINTR_PD -> " (IA32_UINTR_PD)";
      case Msr.IA32_XSS -> " (IA32_XSS)";
      case Msr.IA32_UINTR_TT -> " (IA32_UINTR_TT)";
      default ->
          msr >= Msr.X2APIC_FIRST && msr <= Msr.X2APIC_LAST
              ? ofOffset((msr - Msr.X2APIC_FIRST) << 4)
              : "";
    };
  }

  private static String ofOffset(int offset) {
    if (offset >= 0x400) {
      return "";
    }
    return LapicRegister.at(offset)
        .map(register ->
            register.count() == 1
                ? " (" + register + ")"
                : " (" + register + " " + ((offset - register.offset()) >>> 4) + ")")
        .orElse("");
  }
}
