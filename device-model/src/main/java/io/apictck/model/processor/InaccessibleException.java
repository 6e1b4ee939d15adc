package io.apictck.model.processor;

import io.apictck.model.processor.paging.Translation;

/** The address of an access of user interrupts is not translated. */
final class InaccessibleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Translation translation;
  private final long linear;

  InaccessibleException(Translation translation, long linear) {
    super("linear address %xh: %s".formatted(linear, translation), null, false, false);
    this.translation = translation;
    this.linear = linear;
  }

  /** What came of it instead. */
  Translation translation() {
    return translation;
  }

  long linear() {
    return linear;
  }
}
