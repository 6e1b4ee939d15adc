package io.apictck.target.bochs;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests run only where Bochs is installed and the guest agent was built. */
final class NeedsBochs implements ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    var obstacles = new BochsPlatformProvider().obstacles();
    return obstacles.isEmpty()
        ? ConditionEvaluationResult.enabled("Bochs is here")
        : ConditionEvaluationResult.disabled(String.join("; ", obstacles));
  }
}
