package io.apictck.suites.msi;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** Members of logical sets, as the requirements' table of logical matching has them. */
final class Members {
  private Members() {}

  /** The indices of the logical IDs that match. */
  static List<Integer> matching(List<Integer> logicalIds, IntPredicate match) {
    return IntStream.range(0, logicalIds.size())
        .filter(index -> match.test(logicalIds.get(index)))
        .boxed()
        .toList();
  }
}
