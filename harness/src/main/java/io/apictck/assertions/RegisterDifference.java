package io.apictck.assertions;

import io.apictck.assertions.RegisterFields.Field;

/** How two values of one register differ: all fields in a line each, the differing ones marked. */
final class RegisterDifference {
  private RegisterDifference() {}

  static String text(RegisterFields expected, RegisterFields actual) {
    int width = actual.fields().stream().mapToInt(field -> field.name().length()).max().orElse(0);
    StringBuilder text =
        new StringBuilder(actual.register())
            .append(" should be ")
            .append(expected.raw())
            .append(", but is ")
            .append(actual.raw());
    for (int i = 0; i < actual.fields().size(); i++) {
      Field wanted = expected.fields().get(i);
      Field found = actual.fields().get(i);
      boolean same = wanted.equals(found);
      text.append(same ? "\n    " : "\n  * ")
          .append(found.name())
          .append(" ".repeat(width - found.name().length() + 2));
      if (same) {
        text.append(found.value());
      } else {
        text.append("should be ").append(wanted.value()).append(", but is ").append(found.value());
      }
    }
    return text.toString();
  }
}
