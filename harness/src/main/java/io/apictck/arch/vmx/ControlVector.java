package io.apictck.arch.vmx;

/**
 * The vectors of VMX controls, each a VMCS field (Intel SDM Vol. 3C, "VM-Execution Control Fields",
 * "VM-Exit Controls", "VM-Entry Controls"; Vol. 3D, "VMX Capability Reporting Facility").
 *
 * <p>A default1 control reads 1 in the allowed-0 half of the first capability MSR.
 */
public enum ControlVector {
  /** Pin-based VM-execution controls. */
  PIN(VmcsField.PIN_BASED_CONTROLS, 0x16),
  /** Primary processor-based VM-execution controls. */
  PRIMARY(VmcsField.PRIMARY_CONTROLS, 0x0401_E172),
  /** Secondary processor-based VM-execution controls. */
  SECONDARY(VmcsField.SECONDARY_CONTROLS, 0),
  /** Tertiary processor-based VM-execution controls; 64 bits. */
  TERTIARY(VmcsField.TERTIARY_CONTROLS, 0),
  /** Primary VM-exit controls. */
  EXIT(VmcsField.EXIT_CONTROLS, 0x0003_6DFF),
  /** VM-entry controls. */
  ENTRY(VmcsField.ENTRY_CONTROLS, 0x11FF);

  private final VmcsField field;
  private final int default1;

  ControlVector(VmcsField field, int default1) {
    this.field = field;
    this.default1 = default1;
  }

  /** The field that holds them. */
  public VmcsField field() {
    return field;
  }

  /** The controls of class default1. */
  public int default1() {
    return default1;
  }
}
