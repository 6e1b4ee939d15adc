package io.apictck.arch.vmx;

/** VM-instruction error numbers (Intel SDM Vol. 3C, "VM Instruction Error Numbers"). */
public enum VmInstructionError {
  /** 1. */
  VMCALL_IN_ROOT(1),
  /** 2. */
  VMCLEAR_INVALID_ADDRESS(2),
  /** 3. */
  VMCLEAR_VMXON_POINTER(3),
  /** 4. */
  VMLAUNCH_NON_CLEAR_VMCS(4),
  /** 5. */
  VMRESUME_NON_LAUNCHED_VMCS(5),
  /** 6. */
  VMRESUME_AFTER_VMXOFF(6),
  /** 7. */
  INVALID_CONTROL_FIELDS(7),
  /** 8. */
  INVALID_HOST_STATE(8),
  /** 9. */
  VMPTRLD_INVALID_ADDRESS(9),
  /** 10. */
  VMPTRLD_VMXON_POINTER(10),
  /** 11. */
  VMPTRLD_INCORRECT_REVISION(11),
  /** 12. */
  UNSUPPORTED_VMCS_COMPONENT(12),
  /** 13. */
  VMWRITE_READ_ONLY_COMPONENT(13),
  /** 15. */
  VMXON_IN_ROOT(15),
  /** 26. */
  EVENTS_BLOCKED_BY_MOV_SS(26),
  /** 28. */
  INVALID_OPERAND_TO_INVEPT(28);

  private final int number;

  VmInstructionError(int number) {
    this.number = number;
  }

  /** What the VM-instruction error field holds. */
  public int number() {
    return number;
  }
}
