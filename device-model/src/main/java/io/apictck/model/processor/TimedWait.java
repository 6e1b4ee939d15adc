package io.apictck.model.processor;

/** The end of UMWAIT and TPAUSE by time (Intel SDM Vol. 2, "TPAUSE", "UMWAIT"). */
final class TimedWait {
  private static final long NEVER = Long.MAX_VALUE;

  private final ProcessorWorld world;
  private boolean active;
  private boolean limited;
  private long end = NEVER;

  TimedWait(ProcessorWorld world) {
    this.world = world;
  }

  /** It ends at a time at the latest; {@code byLimit}: because the operating system says so. */
  void begin(long nanos, boolean byLimit) {
    cancel();
    end = nanos;
    limited = byLimit;
    active = true;
    world.waiting(true);
  }

  void cancel() {
    if (active) {
      active = false;
      end = NEVER;
      world.waiting(false);
    }
  }

  /** When it ends; {@link Long#MAX_VALUE} if there is none. */
  long end() {
    return end;
  }

  boolean isOver(long nanos) {
    return active && end <= nanos;
  }

  boolean isLimited() {
    return limited;
  }
}
