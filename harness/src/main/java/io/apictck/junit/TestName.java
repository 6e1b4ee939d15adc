package io.apictck.junit;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Identifiers of tests, and their names for readers. */
final class TestName {
  private TestName() {}

  /** Class, method and what tells its invocations apart. */
  static String id(Class<?> testClass, String method, @Nullable String invocation) {
    return testClass.getName() + "#" + method + (invocation == null ? "" : "[" + invocation + "]");
  }

  /** The method's name in words, as in {@code clears highest (x2APIC)}. */
  static String words(String method, @Nullable String invocation) {
    String words =
        method.replace('_', ' ').replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ");
    StringBuilder name = new StringBuilder();
    for (String word : words.split(" ", -1)) {
      boolean acronym = word.length() > 1 && word.equals(word.toUpperCase(Locale.ROOT));
      name.append(name.isEmpty() ? "" : " ").append(acronym ? word : word.toLowerCase(Locale.ROOT));
    }
    return invocation == null ? name.toString() : name + " (" + invocation + ")";
  }
}
