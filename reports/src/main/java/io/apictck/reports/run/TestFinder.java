package io.apictck.reports.run;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Finds the conformance tests on the class path. */
public final class TestFinder {
  private TestFinder() {}

  /** All methods with conformance tests, by id. */
  public static List<TestMethod> all() {
    try (LauncherSession session = openSession()) {
      return methods(plan(session, Map.of()));
    }
  }

  /** A session without listeners of other libraries, which would write reports of their own. */
  static LauncherSession openSession() {
    return LauncherFactory.openSession(
        LauncherConfig.builder()
            .enableTestExecutionListenerAutoRegistration(false)
            .enableLauncherSessionListenerAutoRegistration(false)
            .enableLauncherDiscoveryListenerAutoRegistration(false)
            .enablePostDiscoveryFilterAutoRegistration(false)
            .build());
  }

  /** A plan of all tests. */
  static TestPlan plan(LauncherSession session, Map<String, String> parameters) {
    return session.getLauncher().discover(request(parameters).build());
  }

  /** A plan of the tests of some methods. */
  static TestPlan plan(
      LauncherSession session, Map<String, String> parameters, List<TestMethod> methods) {
    Set<String> ids = new HashSet<>();
    methods.forEach(method -> ids.add(method.id()));
    LauncherDiscoveryRequest request =
        request(parameters)
            .filters((PostDiscoveryFilter) descriptor -> keep(descriptor, ids))
            .build();
    return session.getLauncher().discover(request);
  }

  private static LauncherDiscoveryRequestBuilder request(Map<String, String> parameters) {
    return LauncherDiscoveryRequestBuilder.request()
        .selectors(DiscoverySelectors.selectPackage(Packages.SUITES))
        .filters(
            EngineFilter.includeEngines("junit-jupiter"),
            ClassNameFilter.includeClassNamePatterns(".*Tests"),
            TagFilter.includeTags("conformance"))
        .configurationParameters(parameters);
  }

  private static FilterResult keep(TestDescriptor descriptor, Set<String> ids) {
    return FilterResult.includedIf(
        descriptor
            .getSource()
            .map(source -> !(source instanceof MethodSource method) || ids.contains(id(method)))
            .orElse(true));
  }

  static String id(MethodSource method) {
    return TestMethod.id(method.getClassName(), method.getMethodName());
  }

  /** The methods with tests of a plan, by id. */
  static List<TestMethod> methods(TestPlan plan) {
    List<TestMethod> methods = new ArrayList<>();
    plan.getRoots().forEach(root -> collect(plan, root, methods));
    methods.sort(Comparator.comparing(TestMethod::id));
    return methods;
  }

  private static void collect(TestPlan plan, TestIdentifier node, List<TestMethod> methods) {
    TestSource source = node.getSource().orElse(null);
    if (source instanceof MethodSource method) {
      methods.add(TestMethod.of(method.getJavaClass(), method.getJavaMethod()));
    } else {
      plan.getChildren(node).forEach(child -> collect(plan, child, methods));
    }
  }
}
