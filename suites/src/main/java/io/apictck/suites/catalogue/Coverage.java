package io.apictck.suites.catalogue;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Which tests decide which requirements and carry which ports, read off the annotations. */
public final class Coverage {
  private static final String SUITES = "io.apictck.suites";

  private final Map<String, List<String>> requirements = new TreeMap<>();
  private final Map<String, List<String>> ports = new TreeMap<>();

  private Coverage() {}

  /** Looks through all conformance classes of the suites. */
  public static Coverage scan() {
    Coverage coverage = new Coverage();
    ReflectionSupport.findAllClassesInPackage(
            SUITES, type -> AnnotationSupport.isAnnotated(type, Conformance.class), name -> true)
        .stream()
        .sorted(Comparator.comparing(Class::getName))
        .forEach(coverage::add);
    return coverage;
  }

  private void add(Class<?> type) {
    List<Method> methods =
        ReflectionSupport.findMethods(
            type,
            method ->
                method.isAnnotationPresent(Covers.class) || method.isAnnotationPresent(Ports.class),
            HierarchyTraversalMode.TOP_DOWN);
    for (Method method : methods) {
      String test = type.getName() + "#" + method.getName();
      Covers covers = method.getAnnotation(Covers.class);
      if (covers != null) {
        for (String id : covers.value()) {
          requirements.computeIfAbsent(id, key -> new ArrayList<>()).add(test);
        }
      }
      Ports carried = method.getAnnotation(Ports.class);
      if (carried != null) {
        for (String id : carried.value()) {
          ports.computeIfAbsent(id, key -> new ArrayList<>()).add(test);
        }
      }
    }
  }

  /** Tests that cover a requirement, as class#method; empty if none does. */
  public List<String> testsOf(String requirement) {
    return List.copyOf(requirements.getOrDefault(requirement, List.of()));
  }

  /** Tests that carry a check of another suite, as class#method; empty if none does. */
  public List<String> testsOfPort(String port) {
    return List.copyOf(ports.getOrDefault(port, List.of()));
  }

  /** All requirement ids that tests name. */
  public List<String> requirementIds() {
    return List.copyOf(requirements.keySet());
  }

  /** All ids of other suites' checks that tests name. */
  public List<String> portIds() {
    return List.copyOf(ports.keySet());
  }
}
