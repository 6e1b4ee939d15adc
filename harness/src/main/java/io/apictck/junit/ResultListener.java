package io.apictck.junit;

/**
 * Is told what came of each conformance test; found by {@link java.util.ServiceLoader}, or given to
 * {@link ResultListeners#register}.
 */
@FunctionalInterface
public interface ResultListener {
  /** A test is over; tests that run in parallel call this in parallel. */
  void testFinished(TestResult result);
}
