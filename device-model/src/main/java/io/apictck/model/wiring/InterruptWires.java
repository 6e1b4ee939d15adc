package io.apictck.model.wiring;

import java.util.Arrays;

/**
 * The wires of the global system interrupts: each is active while any of its drivers asserts it
 * (PCI Local Bus Specification, "Interrupt Pins").
 *
 * <p>Supported: up to 64 drivers, logical levels. Not supported: electrical levels.
 */
public class InterruptWires {
  /** The driver that stands for a test. */
  public static final int EXTERNAL = 0;

  /** The driver that stands for the 8254 timer. */
  public static final int TIMER = 1;

  /** The driver that stands for the MC146818 clock. */
  public static final int CLOCK = 2;

  /** The first driver that stands for a PCI function. */
  public static final int FIRST_FUNCTION = 8;

  private final long[] drivers;
  private final WireListener listener;

  /** Wires 0 to {@code count} - 1, all inactive. */
  public InterruptWires(int count, WireListener listener) {
    this.drivers = new long[count];
    this.listener = listener;
  }

  /** Nobody drives anything any more; the listener hears nothing of it. */
  public void reset() {
    Arrays.fill(drivers, 0);
  }

  /** One driver asserts or releases a wire; wires that do not exist are ignored. */
  public void drive(int gsi, int driver, boolean asserted) {
    if (gsi < 0 || gsi >= drivers.length) {
      return;
    }
    long before = drivers[gsi];
    long bit = 1L << driver;
    drivers[gsi] = asserted ? before | bit : before & ~bit;
    if ((before == 0) != (drivers[gsi] == 0)) {
      listener.changed(gsi, asserted);
    }
  }

  /** Who is at the other end of the wires. */
  @FunctionalInterface
  public interface WireListener {
    /** A wire changed its level. */
    void changed(int gsi, boolean asserted);
  }
}
