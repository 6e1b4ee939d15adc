package io.apictck.model.processor.vmx;

import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;

/**
 * What VM entry demands of the fields for event injection (Intel SDM Vol. 3C, "VM-Entry Control
 * Fields" of "Checks on VMX Controls and Host-State Area"). Each method says whether its demand is
 * met by a valid field.
 */
final class InjectionChecks {
  private static final int HIGHEST_EXCEPTION = 31;
  private static final int NMI = 2;
  private static final int RESERVED_ERROR_CODE = 0xFFFF_0000;
  private static final int MAX_LENGTH = 15;

  private InjectionChecks() {}

  /** Bits 30:12 are 0. */
  static boolean reservedBits(InterruptionInformation event) {
    return (event.raw() & InterruptionInformation.RESERVED_AT_ENTRY) == 0;
  }

  /** The type is one that can be injected. */
  static boolean type(InterruptionInformation event, CapabilityMsrs capabilities) {
    return switch (event.type()) {
      case RESERVED -> false;
      case OTHER_EVENT -> capabilities.allows(VmxControl.MONITOR_TRAP_FLAG);
      default -> true;
    };
  }

  /** The vector fits the type. */
  static boolean vector(InterruptionInformation event) {
    return switch (event.type()) {
      case NMI -> event.vector() == NMI;
      case HARDWARE_EXCEPTION -> event.vector() <= HIGHEST_EXCEPTION;
      case OTHER_EVENT -> event.vector() == 0;
      default -> true;
    };
  }

  /** There is an error code exactly for hardware exceptions that have one. */
  static boolean deliversErrorCode(InterruptionInformation event, CapabilityMsrs capabilities) {
    boolean exception = event.type() == InterruptionType.HARDWARE_EXCEPTION;
    if (exception && capabilities.basic().anyErrorCode()) {
      return true;
    }
    return event.hasErrorCode()
        == (exception && ErrorCodes.has(event.vector(), capabilities.controlFlow()));
  }

  /** Bits 31:16 of the error code are 0. */
  static boolean errorCode(InterruptionInformation event, Vmcs vmcs) {
    return !event.hasErrorCode()
        || (vmcs.get(VmcsField.ENTRY_EXCEPTION_ERROR_CODE) & RESERVED_ERROR_CODE) == 0;
  }

  /** Software events have an instruction length. */
  static boolean instructionLength(
      InterruptionInformation event, Vmcs vmcs, CapabilityMsrs capabilities) {
    return switch (event.type()) {
      case SOFTWARE_INTERRUPT, PRIVILEGED_SOFTWARE_EXCEPTION, SOFTWARE_EXCEPTION -> {
        long length = vmcs.get(VmcsField.ENTRY_INSTRUCTION_LENGTH);
        yield length <= MAX_LENGTH && (length > 0 || capabilities.misc().zeroLengthInjection());
      }
      default -> true;
    };
  }
}
