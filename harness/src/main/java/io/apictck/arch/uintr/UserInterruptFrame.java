package io.apictck.arch.uintr;

/**
 * What the delivery of a user interrupt leaves on the stack, as offsets from RSP at the entry of
 * the handler; each is a quadword (Intel SDM Vol. 3A, "User Interrupts", "User-Interrupt
 * Delivery").
 */
public final class UserInterruptFrame {
  /** The user vector, which the handler removes before UIRET. */
  public static final int VECTOR = 0;

  /** RIP, which UIRET goes back to. */
  public static final int RIP = 8;

  /** RFLAGS. */
  public static final int RFLAGS = 16;

  /** RSP. */
  public static final int RSP = 24;

  /** Its size in bytes. */
  public static final int SIZE = 32;

  /** The stack is aligned to so many bytes before the frame is pushed. */
  public static final int ALIGNMENT = 16;

  private UserInterruptFrame() {}
}
