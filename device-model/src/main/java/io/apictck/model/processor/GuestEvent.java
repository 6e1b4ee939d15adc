package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.model.processor.vmx.ErrorCodes;

/**
 * An event of a guest.
 *
 * @param information as VM exits report it
 * @param errorCode its error code, 0 if it has none
 * @param length instruction length of a software event, 0 for others
 */
record GuestEvent(InterruptionInformation information, int errorCode, int length) {
  /** No event. */
  static final GuestEvent NONE = new GuestEvent(InterruptionInformation.of(0), 0, 0);

  static GuestEvent of(InterruptionType type, int vector) {
    return new GuestEvent(InterruptionInformation.of(type, vector), 0, 0);
  }

  static GuestEvent exception(int vector, int errorCode) {
    InterruptionInformation plain =
        InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, vector);
    return ErrorCodes.has(vector, true)
        ? new GuestEvent(plain.withErrorCode(), errorCode, 0)
        : new GuestEvent(plain, 0, 0);
  }

  static GuestEvent software(InterruptionType type, int vector, int length) {
    return new GuestEvent(InterruptionInformation.of(type, vector), 0, length);
  }

  int vector() {
    return information.vector();
  }

  InterruptionType type() {
    return information.type();
  }

  boolean isException() {
    return type() == InterruptionType.HARDWARE_EXCEPTION;
  }

  boolean isPageFault() {
    return isException() && vector() == Exceptions.PF;
  }

  GuestEvent withNmiUnblocking() {
    return new GuestEvent(
        InterruptionInformation.of(information.raw() | InterruptionInformation.NMI_UNBLOCKING),
        errorCode,
        length);
  }
}
