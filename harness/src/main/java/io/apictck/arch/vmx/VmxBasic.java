package io.apictck.arch.vmx;

/**
 * IA32_VMX_BASIC (Intel SDM Vol. 3D, "Basic VMX Information").
 *
 * @param raw the 64 bits
 */
public record VmxBasic(long raw) {
  /** Bits 30:0: the VMCS revision identifier. */
  public int revision() {
    return (int) raw & 0x7FFF_FFFF;
  }

  /** Bits 44:32: the size of VMXON and VMCS regions in bytes. */
  public int regionSize() {
    return (int) (raw >>> 32) & 0x1FFF;
  }

  /** Bit 48: addresses of VMX structures are limited to 32 bits. */
  public boolean addressesOf32Bits() {
    return (raw >>> 48 & 1) != 0;
  }

  /** Bits 53:50: memory type of VMX structures; 6 is write-back. */
  public int memoryType() {
    return (int) (raw >>> 50) & 0xF;
  }

  /** Bit 55: default1 controls may be 0; the TRUE capability MSRs exist. */
  public boolean trueControls() {
    return (raw >>> 55 & 1) != 0;
  }

  /** Bit 56: hardware exceptions may be injected with or without an error code. */
  public boolean anyErrorCode() {
    return (raw >>> 56 & 1) != 0;
  }

  /** Bit 58: bit 13 of the interruption information is the nested-exception bit. */
  public boolean nestedExceptions() {
    return (raw >>> 58 & 1) != 0;
  }
}
