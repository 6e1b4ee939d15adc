package io.apictck.suites.vmx;

import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.suites.support.ErrorCodes;
import java.util.EnumMap;
import java.util.Map;

/**
 * The fields for event injection (Intel SDM Vol. 3C, "VM-Entry Controls for Event Injection").
 *
 * @param information VM-entry interruption information
 * @param errorCode VM-entry exception error code
 * @param length VM-entry instruction length
 */
record Injection(int information, int errorCode, int length) {
  /** One that is not valid. */
  static final Injection NONE = new Injection(0, 0, 0);

  private static final int TYPE_SHIFT = 8;

  /** With error code 0 and instruction length 1. */
  static Injection of(int information) {
    return new Injection(information, 0, 1);
  }

  /** Without an error code. */
  static Injection of(InterruptionType type, int vector) {
    return of(InterruptionInformation.of(type, vector).raw());
  }

  /** A type by its number. */
  static Injection of(int type, int vector) {
    return of(InterruptionInformation.VALID | type << TYPE_SHIFT | vector);
  }

  /** A hardware exception, with an error code if it has one. */
  static Injection exception(Cpu cpu, int vector) {
    return of(InterruptionType.HARDWARE_EXCEPTION, vector)
        .withErrorCode(ErrorCodes.has(cpu, vector));
  }

  /** With or without an error code. */
  Injection withErrorCode(boolean deliver) {
    int bit = InterruptionInformation.ERROR_CODE;
    return new Injection(deliver ? information | bit : information & ~bit, errorCode, length);
  }

  /** With another error code. */
  Injection withErrorCode(int value) {
    return new Injection(information, value, length);
  }

  /** With another instruction length. */
  Injection withLength(int value) {
    return new Injection(information, errorCode, value);
  }

  /** With more bits in the information. */
  Injection with(int bits) {
    return new Injection(information | bits, errorCode, length);
  }

  /** The vector. */
  int vector() {
    return InterruptionInformation.of(information).vector();
  }

  /** The type. */
  InterruptionType type() {
    return InterruptionInformation.of(information).type();
  }

  /** As VMCS fields. */
  Map<VmcsField, Long> fields() {
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    fields.put(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Integer.toUnsignedLong(information));
    fields.put(VmcsField.ENTRY_EXCEPTION_ERROR_CODE, Integer.toUnsignedLong(errorCode));
    fields.put(VmcsField.ENTRY_INSTRUCTION_LENGTH, Integer.toUnsignedLong(length));
    return fields;
  }

  @Override
  public String toString() {
    return "%s, error code %s, length %s"
        .formatted(Hex.dword(information), Hex.dword(errorCode), Hex.dword(length));
  }
}
