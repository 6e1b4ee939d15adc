package io.apictck.model.processor;

import io.apictck.arch.Exceptions;

/**
 * How an instruction ended, as a number: exception vector in bits 7:0, error code above; {@link
 * #NONE} if it did not fault.
 */
final class Fault {
  static final int NONE = -1;

  /** A VM entry or a VM exit: other contexts are the current ones now. */
  static final int SWITCHED = -2;

  static final int UD = Exceptions.UD;
  static final int GP = Exceptions.GP;
  static final int SS = Exceptions.SS;

  private Fault() {}

  static int gp(int errorCode) {
    return GP | (errorCode << 8);
  }

  static int pageFault(int errorCode) {
    return Exceptions.PF | (errorCode << 8);
  }

  static int controlProtection(int errorCode) {
    return Exceptions.CP | (errorCode << 8);
  }

  static int vector(int fault) {
    return fault & 0xFF;
  }

  static int errorCode(int fault) {
    return fault >>> 8;
  }
}
