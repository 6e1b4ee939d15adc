package io.apictck.junit;

import io.apictck.machine.Cpu;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import java.lang.reflect.Method;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.StoreScope;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * Gives each test its prepared machine, runs it on the machine's own thread within a wall-clock
 * bound, and decides about its verdict.
 *
 * <p>Configuration parameters of JUnit:
 *
 * <ul>
 *   <li>{@code apictck.target}: what is tested, {@code name[:key=value,...]}; {@code model} without
 *       it
 *   <li>{@code apictck.testTimeout}: bound of a test in seconds, 60
 *   <li>{@code apictck.seed}: chooses the samples of sweeps, 1
 *   <li>{@code apictck.knownIssues}: file of {@link io.apictck.verdict.KnownIssues}; without it
 *       those that the kit has of the target
 * </ul>
 *
 * <p>JUnit sees a failure for FAIL, ERROR, TIMEOUT and CRASH, and an aborted test for
 * NOT_APPLICABLE and for known issues. A known issue that passes is a failure.
 */
public final class ConformanceExtension
    implements BeforeEachCallback, AfterEachCallback, ParameterResolver, InvocationInterceptor {
  private static final Namespace NAMESPACE = Namespace.create(ConformanceExtension.class);
  private static final Set<Class<?>> PARAMETERS =
      Set.of(Machine.class, Cpu.class, LocalApic.class, Cases.class);

  /** For JUnit. */
  public ConformanceExtension() {}

  /** What the tests of a launcher session share. */
  static Run run(ExtensionContext context, RunSettings settings) {
    return context
        .getStore(StoreScope.LAUNCHER_SESSION, NAMESPACE)
        .getOrComputeIfAbsent(settings, Run::of, Run.class);
  }

  private static TestRun test(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(TestRun.class, TestRun.class);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    TestRun test = new TestRun(TestIdentity.of(context, ApicModeTemplate.modeOf(context)));
    context.getStore(NAMESPACE).put(TestRun.class, test);
    try {
      test.prepare(context);
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    TestResult result = test(context).finish(context.getExecutionException().orElse(null));
    ResultListeners.of(context).testFinished(result);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getTestMethod().isPresent()
        && PARAMETERS.contains(parameter.getParameter().getType());
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    TestRun test = test(context);
    Class<?> type = parameter.getParameter().getType();
    if (type == Machine.class) {
      return test.machine();
    }
    if (type == Cases.class) {
      return test.cases();
    }
    Cpu cpu = test.machine().cpu(0);
    return type == Cpu.class ? cpu : cpu.lapic();
  }

  @Override
  public void interceptBeforeEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    test(context).around(invocation);
  }

  @Override
  public void interceptAfterEachMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    test(context).around(invocation);
  }

  @Override
  public void interceptTestMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    test(context).body(invocation);
  }

  @Override
  public void interceptTestTemplateMethod(
      Invocation<Void> invocation,
      ReflectiveInvocationContext<Method> invocationContext,
      ExtensionContext context)
      throws Throwable {
    test(context).body(invocation);
  }
}
