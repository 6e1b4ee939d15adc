package io.apictck.model.processor.uintr;

/**
 * What came of SENDUIPI.
 *
 * @param kind what came of it
 * @param vector NV of the descriptor, if it is to be notified
 * @param destination its NDST
 */
public record UserIpi(Kind kind, int vector, int destination) {
  /** What came of SENDUIPI. */
  public enum Kind {
    /** #UD. */
    UNDEFINED,
    /** #GP(0); nothing was posted. */
    REFUSED,
    /** The request is posted, and no one is to be notified. */
    POSTED,
    /** The request is posted, and a notification is to be sent. */
    NOTIFYING
  }

  static final UserIpi UNDEFINED = new UserIpi(Kind.UNDEFINED, 0, 0);
  static final UserIpi REFUSED = new UserIpi(Kind.REFUSED, 0, 0);
  static final UserIpi POSTED = new UserIpi(Kind.POSTED, 0, 0);
}
