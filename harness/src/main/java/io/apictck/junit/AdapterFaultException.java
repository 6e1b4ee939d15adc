package io.apictck.junit;

import java.io.Serial;

/** The adapter of a platform broke a rule of the SPI: verdict ERROR. */
final class AdapterFaultException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  AdapterFaultException(String message) {
    super(message);
  }
}
