package io.apictck.assertions;

import java.util.Objects;

/**
 * About a register value; failures decode it field by field.
 *
 * @param <R> the record of the register
 */
public final class RegisterAssert<R> extends ConformanceAssert<RegisterAssert<R>, R> {
  RegisterAssert(R actual) {
    super(actual, RegisterAssert.class);
  }

  @Override
  public RegisterAssert<R> isEqualTo(Object expected) {
    if (Objects.equals(actual, expected)) {
      return this;
    }
    if (actual == null || expected == null || actual.getClass() != expected.getClass()) {
      return super.isEqualTo(expected);
    }
    return check(
        false,
        () -> RegisterDifference.text(RegisterFields.of(expected), RegisterFields.of(actual)));
  }
}
