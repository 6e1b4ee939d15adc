package io.apictck.model.wiring;

/** What an interrupt source of the board sees of the machine. */
public interface SourceWorld {
  /** The time in nanoseconds. */
  long nanos();

  /** Its output changed; logical level. */
  void output(boolean asserted);

  /** When it wants to be advanced next, {@link Long#MAX_VALUE} for never. */
  void due(long nanos);
}
