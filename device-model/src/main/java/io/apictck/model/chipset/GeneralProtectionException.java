package io.apictck.model.chipset;

import java.io.Serial;

/**
 * An MSR access raises #GP(0). There is one instance, without a stack trace: it is an answer, not a
 * mishap.
 */
public final class GeneralProtectionException extends RuntimeException {
  /** The instance. */
  @SuppressWarnings("StaticAssignmentOfThrowable") // it carries no state and no trace
  public static final GeneralProtectionException GP = new GeneralProtectionException();

  @Serial private static final long serialVersionUID = 1;

  private GeneralProtectionException() {
    super("#GP(0)", null, false, false);
  }
}
