package io.apictck.reports.run;

import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Ports;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Function;

/**
 * A method with a test.
 *
 * @param id class and method, as in {@code io.apictck.suites.lapic.EndOfInterruptTests#clears}
 * @param testClass class
 * @param covers ids of the requirements that it decides
 * @param ports ids of the checks of kvm-unit-tests that it carries
 * @param modes modes of the local APIC that it runs in, one after the other; empty if it has one
 */
public record TestMethod(
    String id, Class<?> testClass, List<String> covers, List<String> ports, List<String> modes) {
  private static final List<String> MODES = List.of("xAPIC", "x2APIC");

  /** Takes copies. */
  public TestMethod {
    covers = List.copyOf(covers);
    ports = List.copyOf(ports);
    modes = List.copyOf(modes);
  }

  /** Reads the annotations. */
  static TestMethod of(Class<?> testClass, Method method) {
    return new TestMethod(
        id(testClass.getName(), method.getName()),
        testClass,
        values(method, Covers.class, Covers::value),
        values(method, Ports.class, Ports::value),
        method.isAnnotationPresent(InEachApicMode.class) ? MODES : List.of());
  }

  static String id(String testClass, String method) {
    return testClass + "#" + method;
  }

  private static <A extends Annotation> List<String> values(
      Method method, Class<A> type, Function<A, String[]> values) {
    A annotation = method.getAnnotation(type);
    return annotation == null ? List.of() : List.of(values.apply(annotation));
  }

  /** How many tests it stands for. */
  public int invocations() {
    return Math.max(1, modes.size());
  }

  /** Ids of the tests it stands for. */
  public List<String> testIds() {
    return modes.isEmpty()
        ? List.of(id)
        : modes.stream().map(mode -> id + "[" + mode + "]").toList();
  }
}
