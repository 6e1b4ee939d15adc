package io.apictck.model.processor;

/** The address monitor of one processor (Intel SDM Vol. 2, "MONITOR" and "MWAIT"). */
final class Monitor {
  private static final int LINE_SHIFT = 6;

  private final ProcessorWorld world;
  private boolean armed;
  private long line;

  Monitor(ProcessorWorld world) {
    this.world = world;
  }

  boolean armed() {
    return armed;
  }

  void arm(long address) {
    line = address >>> LINE_SHIFT;
    if (!armed) {
      armed = true;
      world.monitoring(true);
    }
  }

  void disarm() {
    if (armed) {
      armed = false;
      world.monitoring(false);
    }
  }

  boolean covers(long address, long length) {
    return armed && address >>> LINE_SHIFT <= line && line <= (address + length - 1) >>> LINE_SHIFT;
  }
}
