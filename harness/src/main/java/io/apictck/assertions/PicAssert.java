package io.apictck.assertions;

import io.apictck.machine.Pic;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** About one 8259; every assertion reads the register that it is about. */
public final class PicAssert extends ConformanceAssert<PicAssert, Pic> {
  private static final int LEVELS = 8;

  PicAssert(Pic actual) {
    super(actual, PicAssert.class);
  }

  /** ISR has exactly these levels; selects ISR for reading. */
  public PicAssert isServicing(int... levels) {
    int isr = actual.isr();
    int expected = bits(levels);
    return check(isr == expected, () -> differs("ISR", "be " + text(expected), isr));
  }

  /** ISR is empty; selects ISR for reading. */
  public PicAssert isServicingNothing() {
    return isServicing();
  }

  /** IRR has these levels, and perhaps others; selects IRR for reading. */
  public PicAssert requests(int... levels) {
    int irr = actual.irr();
    int expected = bits(levels);
    return check(
        (irr & expected) == expected, () -> differs("IRR", "contain " + text(expected), irr));
  }

  /** IRR has none of these levels; selects IRR for reading. */
  public PicAssert doesNotRequest(int... levels) {
    int irr = actual.irr();
    int excluded = bits(levels);
    return check(
        (irr & excluded) == 0, () -> differs("IRR", "contain nothing of " + text(excluded), irr));
  }

  /** IMR has this value. */
  public PicAssert hasMask(int value) {
    int imr = actual.imr();
    return check(imr == value, () -> differs("IMR", "be " + text(value), imr));
  }

  private String differs(String register, String expectation, int found) {
    return "%s of the %s should %s, but is %s"
        .formatted(register, actual, expectation, text(found));
  }

  private static int bits(int... levels) {
    return Arrays.stream(levels).map(level -> 1 << level).reduce(0, (all, bit) -> all | bit);
  }

  private static String text(int bits) {
    return IntStream.range(0, LEVELS)
        .filter(level -> (bits & 1 << level) != 0)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
