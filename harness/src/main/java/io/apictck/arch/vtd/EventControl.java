package io.apictck.arch.vtd;

/**
 * A fault event or invalidation event control register (Intel VT-d specification, "Fault Event
 * Control Register", "Invalidation Event Control Register").
 *
 * @param raw the 32 bits
 */
public record EventControl(int raw) {
  /** IM: the message is held back. */
  public static final int IM = 1 << 31;

  /** IP, read-only: a message is held back. */
  public static final int IP = 1 << 30;

  /** The register with the given raw value. */
  public static EventControl of(int raw) {
    return new EventControl(raw);
  }

  public boolean masked() {
    return (raw & IM) != 0;
  }

  public boolean pending() {
    return (raw & IP) != 0;
  }
}
