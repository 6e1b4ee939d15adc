package io.apictck.junit;

import io.apictck.machine.Machine;
import io.apictck.platform.PlatformDescription;
import io.apictck.trace.Trace;
import io.apictck.verdict.Grading;
import io.apictck.verdict.KnownIssues;
import io.apictck.verdict.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor.Invocation;
import org.opentest4j.TestAbortedException;

/** One test from its preparation to its verdict. */
final class TestRun {
  private final TestIdentity identity;
  private final Trace trace = new Trace();
  private final long began = System.nanoTime();

  /** When its machine was open: opening one may take longer than all the tests that share it. */
  private long opened = began;

  private List<String> covers = List.of();
  private List<String> ports = List.of();
  private @Nullable Declaration declaration;
  private @Nullable RunSettings settings;
  private @Nullable Run run;
  private @Nullable PooledPlatform platform;
  private @Nullable Machine machine;
  private @Nullable Judgement judgement;
  private Grading grading = Grading.of(Verdict.ERROR, List.of());

  TestRun(TestIdentity identity) {
    this.identity = identity;
  }

  /** Borrows a platform and prepares the machine; throws what JUnit is to see if that fails. */
  void prepare(ExtensionContext context) throws Throwable {
    try {
      borrow(context);
    } catch (Throwable t) {
      throw conclude(t);
    }
    try {
      guarded(lent()::open);
      opened = System.nanoTime();
      Preparation preparation = new Preparation(declared(), lent());
      machine = guarded(() -> preparation.prepare(trace));
    } catch (Throwable t) {
      throw conclude(new PreparationException(t));
    }
  }

  private void borrow(ExtensionContext context) {
    Declaration read = Declaration.of(identity.testClass(), identity.method(), identity.mode());
    declaration = read;
    covers = read.covers();
    ports = read.ports();
    RunSettings given = RunSettings.of(context::getConfigurationParameter);
    settings = given;
    Run shared = ConformanceExtension.run(context, given);
    run = shared;
    platform = shared.pool().borrow(read.request());
  }

  /** Runs the test's method, and sees that nothing unexpected comes after it. */
  void body(Invocation<Void> invocation) throws Throwable {
    Machine prepared = machine();
    try {
      guarded(() -> {
        proceed(invocation);
        prepared.expectNothing();
        return true;
      });
    } catch (Throwable t) {
      throw conclude(t);
    }
    judge(Judgement.of(null, declared().records()));
    if (!grading.expected()) {
      throw new ConformanceFailure(grading.reason(), new AssertionError(grading.reason()));
    }
  }

  /** Runs a method around the test's method. */
  void around(Invocation<Void> invocation) throws Throwable {
    if (isDead()) {
      invocation.skip();
      return;
    }
    try {
      guarded(() -> {
        proceed(invocation);
        return true;
      });
    } catch (Throwable t) {
      throw conclude(t);
    }
  }

  private boolean isDead() {
    return judgement != null
        && switch (judgement.verdict()) {
          case TIMEOUT, CRASH, ERROR -> true;
          case PASS, FAIL, INFO, NOT_APPLICABLE -> false;
        };
  }

  private static void proceed(Invocation<Void> invocation) throws Exception {
    try {
      invocation.proceed();
    } catch (Exception | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  private <T> T guarded(Callable<T> task) throws Throwable {
    if (settings == null) {
      throw new IllegalStateException("the test has no settings");
    }
    Duration limit = settings.testTimeout();
    Duration left = limit.minusNanos(System.nanoTime() - began);
    return lent().call(task, left.isNegative() ? Duration.ZERO : left, limit);
  }

  /** Decides the verdict by what was thrown; gives what JUnit is to see. */
  private Throwable conclude(Throwable thrown) {
    Judgement decided = Judgement.of(thrown, false);
    judge(decided);
    if (decided.verdict() == Verdict.NOT_APPLICABLE && misses(thrown)) {
      return new ConformanceFailure(
          "a complete target should not lack anything: " + decided.reason(), thrown);
    }
    if (decided.verdict() == Verdict.NOT_APPLICABLE) {
      return new TestAbortedException("not applicable: " + decided.reason(), thrown);
    }
    String text = FailureText.of(decided, covers, grading.reason(), trace);
    return grading.expected()
        ? new TestAbortedException(text, thrown)
        : new ConformanceFailure(text, thrown);
  }

  /** Whether a target that has to have everything lacks what the test needs. */
  private boolean misses(Throwable thrown) {
    if (settings == null || !(thrown.getCause() instanceof NotApplicableException missing)) {
      return false;
    }
    return settings
        .complete()
        .filter(lacks -> missing.feature().filter(lacks::contains).isEmpty())
        .isPresent();
  }

  private void judge(Judgement decided) {
    judgement = decided;
    KnownIssues issues = run == null ? KnownIssues.NONE : run.knownIssues();
    PlatformDescription description = description();
    String version = description == null ? "" : description.version();
    grading = Grading.of(decided.verdict(), issues.of(identity.id(), covers, version));
  }

  /** Gives the platform back, and tells what came of the test. */
  TestResult finish(@Nullable Throwable seenByJunit) {
    Judgement decided = judgement;
    if (decided == null) {
      decided = Judgement.of(seenByJunit, false);
      judge(decided);
    }
    PlatformDescription description = description();
    giveBack();
    return new TestResult(
        identity.id(),
        identity.name(),
        identity.testClass(),
        identity.method().getName(),
        identity.modeName(),
        covers,
        ports,
        decided.verdict(),
        grading.expected(),
        reason(decided),
        machine == null ? List.of() : machine.observations(),
        machine == null ? List.of() : machine.measurements(),
        trace,
        (System.nanoTime() - opened) / 1e9,
        settings == null ? "" : settings.target().toString(),
        description == null ? "" : description.name(),
        description == null ? "" : description.version());
  }

  private String reason(Judgement decided) {
    if (grading.reason().isEmpty()) {
      return decided.reason();
    }
    return decided.reason().isEmpty()
        ? grading.reason()
        : grading.reason() + "; " + decided.reason();
  }

  private void giveBack() {
    PooledPlatform borrowed = platform;
    if (borrowed == null || run == null) {
      return;
    }
    platform = null;
    boolean open = borrowed.description() != null;
    if (borrowed.faulty() || (open && !isDead())) {
      run.pool().release(borrowed);
    } else {
      borrowed.close();
    }
  }

  private @Nullable PlatformDescription description() {
    return platform == null ? null : platform.description();
  }

  private Declaration declared() {
    if (declaration == null) {
      throw new IllegalStateException("the test was not prepared");
    }
    return declaration;
  }

  private PooledPlatform lent() {
    if (platform == null) {
      throw new IllegalStateException("the test has no platform");
    }
    return platform;
  }

  /** The prepared machine. */
  Machine machine() {
    if (machine == null) {
      throw new IllegalStateException("the machine was not prepared");
    }
    return machine;
  }

  /** The cases of a sweep. */
  Cases cases() {
    boolean all = machine().description().virtualTime();
    return new Cases(
        all ? Integer.MAX_VALUE : declared().sample(), settings == null ? 0 : settings.seed());
  }
}
