package io.apictck.faults;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import io.apictck.junit.ResultListeners;
import io.apictck.junit.TestResult;
import io.apictck.verdict.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * What came of some suites on a target.
 *
 * @param outcomes one for each test
 */
record SuiteRun(List<Outcome> outcomes) {
  private static final String SUITES = "io.apictck.suites.";
  private static final String TEST_CLASS = "Tests";

  /** Only Jupiter, and no listeners: these runs leave no files. */
  private static final LauncherConfig LAUNCHER =
      LauncherConfig.builder()
          .enableTestEngineAutoRegistration(false)
          .enableTestExecutionListenerAutoRegistration(false)
          .enableLauncherSessionListenerAutoRegistration(false)
          .enableLauncherDiscoveryListenerAutoRegistration(false)
          .enablePostDiscoveryFilterAutoRegistration(false)
          .addTestEngines(new JupiterTestEngine())
          .build();

  /**
   * A test.
   *
   * @param test its id, without the common package
   * @param verdict what came of it
   */
  record Outcome(String test, Verdict verdict) {
    static Outcome of(TestResult result) {
      return new Outcome(result.id().substring(SUITES.length()), result.verdict());
    }
  }

  /** Takes a copy. */
  SuiteRun {
    outcomes = List.copyOf(outcomes);
  }

  /**
   * Runs classes and packages, relative to {@code io.apictck.suites}, on a target.
   *
   * @param limit how long each test may take
   */
  static SuiteRun of(String target, List<String> suites, Duration limit) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(suites.stream().map(SuiteRun::selector).toList())
            .filters(ClassNameFilter.includeClassNamePatterns(".*" + TEST_CLASS))
            .configurationParameter("apictck.target", target)
            .configurationParameter("apictck.testTimeout", Long.toString(limit.toSeconds()))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
            .build();
    List<Outcome> outcomes = new ArrayList<>();
    try (LauncherSession session = LauncherFactory.openSession(LAUNCHER)) {
      ResultListeners.register(session, result -> outcomes.add(Outcome.of(result)));
      session.getLauncher().execute(request);
    }
    return new SuiteRun(outcomes);
  }

  private static DiscoverySelector selector(String suite) {
    return suite.endsWith(TEST_CLASS) ? selectClass(SUITES + suite) : selectPackage(SUITES + suite);
  }

  /** The tests with a verdict. */
  List<String> tests(Predicate<Verdict> verdict) {
    return outcomes.stream()
        .filter(outcome -> verdict.test(outcome.verdict()))
        .map(Outcome::test)
        .sorted()
        .toList();
  }

  /** How many tests had a verdict. */
  long count(Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }
}
