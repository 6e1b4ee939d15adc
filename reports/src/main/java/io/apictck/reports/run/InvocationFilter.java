package io.apictck.reports.run;

import java.util.List;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Leaves out invocations of a test that are not selected, such as one of the two modes of the local
 * APIC. JUnit finds it as a service; the configuration parameter holds the patterns.
 */
public final class InvocationFilter implements ExecutionCondition {
  /** Configuration parameter: patterns of test ids, one a line. */
  static final String PARAMETER = "apictck.tests";

  private static final ConditionEvaluationResult ENABLED =
      ConditionEvaluationResult.enabled("selected");

  /** For JUnit. */
  public InvocationFilter() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String patterns = context.getConfigurationParameter(PARAMETER).orElse("");
    if (patterns.isEmpty() || !context.getUniqueId().contains("test-template-invocation")) {
      return ENABLED;
    }
    String id =
        TestMethod.id(
            context.getRequiredTestClass().getName(), context.getRequiredTestMethod().getName());
    Selection selection = new Selection(List.of(), List.of(), patterns.lines().toList());
    return selection.matchesTest(id + "[" + context.getDisplayName() + "]")
        ? ENABLED
        : ConditionEvaluationResult.disabled("not selected");
  }
}
