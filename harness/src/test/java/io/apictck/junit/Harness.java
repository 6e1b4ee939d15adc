package io.apictck.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.apictck.junit.samples.Sample;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs methods of {@link Sample} as JUnit does.
 *
 * @param results what the listener was told, in order
 * @param seen what JUnit saw, by the name of the method or its invocation
 */
record Harness(List<TestResult> results, Map<String, TestExecutionResult> seen) {
  static Harness run(Map<String, String> configuration, String... methods) {
    List<TestResult> results = new CopyOnWriteArrayList<>();
    Map<String, TestExecutionResult> seen = new HashMap<>();
    LauncherConfig config =
        LauncherConfig.builder().enableLauncherSessionListenerAutoRegistration(false).build();
    try (LauncherSession session = LauncherFactory.openSession(config)) {
      ResultListeners.register(session, results::add);
      session
          .getLauncher()
          .execute(
              LauncherDiscoveryRequestBuilder.request()
                  .selectors(selectors(methods))
                  .configurationParameters(configuration)
                  .build(),
              new TestExecutionListener() {
                @Override
                public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                  if (test.isTest()) {
                    seen.put(test.getDisplayName().replaceAll("\\(.*", ""), result);
                  }
                }
              });
    }
    return new Harness(results, seen);
  }

  private static List<DiscoverySelector> selectors(String... methods) {
    return Arrays.stream(methods).map(Harness::selector).toList();
  }

  private static DiscoverySelector selector(String name) {
    for (Method method : Sample.class.getDeclaredMethods()) {
      if (method.getName().equals(name)) {
        return selectMethod(Sample.class, method);
      }
    }
    throw new IllegalArgumentException("there is no sample " + name);
  }

  TestResult result(String method) {
    return results.stream()
        .filter(result -> result.methodName().equals(method))
        .findFirst()
        .orElseThrow();
  }

  String failure(String method) {
    return String.valueOf(seen.get(method).getThrowable().orElseThrow().getMessage());
  }
}
