package io.apictck.junit;

import io.apictck.arch.ApicMode;
import java.lang.reflect.Method;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Which test it is.
 *
 * @param testClass class
 * @param method method
 * @param mode given mode; null if the test does not run in each mode
 * @param invocation what tells the invocations of a template apart; null for other tests
 */
record TestIdentity(
    Class<?> testClass, Method method, @Nullable ApicMode mode, @Nullable String invocation) {
  private static final Pattern INVOCATION =
      Pattern.compile("\\[test-template-invocation:#(\\d+)]$");

  static TestIdentity of(ExtensionContext context, @Nullable ApicMode mode) {
    Matcher matcher = INVOCATION.matcher(context.getUniqueId());
    String number = matcher.find() ? matcher.group(1) : null;
    return new TestIdentity(
        context.getRequiredTestClass(),
        context.getRequiredTestMethod(),
        mode,
        mode != null ? ApicModeTemplate.nameOf(mode) : number);
  }

  String id() {
    return TestName.id(testClass, method.getName(), invocation);
  }

  String name() {
    return TestName.words(method.getName(), invocation);
  }

  String modeName() {
    return mode == null ? "" : ApicModeTemplate.nameOf(mode);
  }
}
