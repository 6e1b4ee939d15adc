package io.apictck.reports.run;

import io.apictck.junit.TestResult;
import io.apictck.trace.Trace;
import io.apictck.verdict.Verdict;
import java.util.List;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Reports tests and classes that failed in JUnit before the conformance extension could tell a
 * result, as errors. Without it they would be missing silently.
 */
final class LostTests implements TestExecutionListener {
  private final ResultSink sink;
  private final String target;

  LostTests(ResultSink sink, String target) {
    this.sink = sink;
    this.target = target;
  }

  @Override
  public void executionStarted(TestIdentifier identifier) {
    if (identifier.isTest()) {
      sink.expectResult();
    }
  }

  @Override
  public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
    boolean told = identifier.isTest() && sink.hasResult();
    if (result.getStatus() == Status.FAILED && !told) {
      String reason = result.getThrowable().map(Throwable::toString).orElse("unknown");
      sink.testFinished(error(identifier, reason));
    }
  }

  private TestResult error(TestIdentifier identifier, String reason) {
    Class<?> testClass = LostTests.class;
    String method = "(class)";
    try {
      switch (identifier.getSource().orElse(null)) {
        case MethodSource source -> {
          testClass = source.getJavaClass();
          method = source.getMethodName();
        }
        case ClassSource source -> testClass = source.getJavaClass();
        case null, default -> method = identifier.getDisplayName();
      }
    } catch (JUnitException e) {
      method = identifier.getDisplayName();
    }
    return new TestResult(
        TestMethod.id(testClass.getName(), method),
        identifier.getDisplayName(),
        testClass,
        method,
        "",
        List.of(),
        List.of(),
        Verdict.ERROR,
        false,
        "JUnit could not run it: " + reason,
        List.of(),
        List.of(),
        new Trace(),
        0,
        target,
        "",
        "");
  }
}
