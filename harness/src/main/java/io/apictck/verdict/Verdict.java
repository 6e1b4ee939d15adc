package io.apictck.verdict;

/** What came of a test. */
public enum Verdict {
  /** The implementation does what the requirement says. */
  PASS,
  /** It does not. */
  FAIL,
  /** The manual leaves it open; what was seen is recorded. */
  INFO,
  /** The implementation or the platform lacks what the test needs. Never counts as passed. */
  NOT_APPLICABLE,
  /** The harness or the adapter went wrong; nothing is known about the implementation. */
  ERROR,
  /** The platform did not answer in time. */
  TIMEOUT,
  /** The platform died. */
  CRASH
}
