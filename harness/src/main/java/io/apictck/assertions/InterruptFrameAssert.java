package io.apictck.assertions;

import io.apictck.machine.BlockRun;
import io.apictck.machine.Hex;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptFrame.Cause;
import io.apictck.platform.Place;

/** About an interrupt that was taken. */
public final class InterruptFrameAssert
    extends ConformanceAssert<InterruptFrameAssert, InterruptFrame> {
  InterruptFrameAssert(InterruptFrame actual) {
    super(actual, InterruptFrameAssert.class);
  }

  /** It has this vector, whatever its cause. */
  public InterruptFrameAssert hasVector(int vector) {
    return frame(actual.vector() == vector, "have vector " + Hex.vector(vector));
  }

  /** It is an NMI. */
  public InterruptFrameAssert isNmi() {
    return cause(Cause.NMI, "an NMI");
  }

  /** It is a maskable interrupt. */
  public InterruptFrameAssert isExternal() {
    return cause(Cause.EXTERNAL, "a maskable interrupt");
  }

  /** It is of INT n. */
  public InterruptFrameAssert isSoftware() {
    return cause(Cause.SOFTWARE, "a software interrupt");
  }

  /** It is an SMI. */
  public InterruptFrameAssert isSmi() {
    return cause(Cause.SMI, "an SMI");
  }

  /** It is a trap with this vector. */
  public InterruptFrameAssert isTrap(int vector) {
    return cause(Cause.TRAP, "a trap").hasVector(vector);
  }

  /** The handler returns to instruction {@code index} of a block; its length stands for its end. */
  public InterruptFrameAssert interruptedAt(BlockRun run, int index) {
    Place place = new Place(run.block(), index);
    return frame(actual.interrupted().equals(place), "return to " + InterruptText.place(place));
  }

  /** The handler returns to no block. */
  public InterruptFrameAssert interruptedIdle() {
    return frame(
        actual.interrupted().equals(Place.IDLE), "return to " + InterruptText.place(Place.IDLE));
  }

  /** IF was 1 where it interrupted. */
  public InterruptFrameAssert interruptedWithInterruptsEnabled() {
    return frame(actual.interruptedWithInterruptsEnabled(), "have saved RFLAGS with IF=1");
  }

  /** IF was 0 where it interrupted. */
  public InterruptFrameAssert interruptedWithInterruptsDisabled() {
    return frame(!actual.interruptedWithInterruptsEnabled(), "have saved RFLAGS with IF=0");
  }

  private InterruptFrameAssert cause(Cause cause, String text) {
    return frame(actual.cause() == cause, "be " + text);
  }

  private InterruptFrameAssert frame(boolean holds, String text) {
    return check(holds, () -> InterruptText.expected(actual, text));
  }
}
