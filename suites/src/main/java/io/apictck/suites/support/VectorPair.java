package io.apictck.suites.support;

import io.apictck.machine.Hex;
import java.util.ArrayList;
import java.util.List;

/**
 * Two numbers of eight bits as a case of a sweep.
 *
 * @param first 0 to FFh
 * @param second 0 to FFh
 */
public record VectorPair(int first, int second) {
  /** All pairs with {@code first} from {@code from} up and a legal vector as {@code second}. */
  public static List<VectorPair> from(int from) {
    List<VectorPair> pairs = new ArrayList<>();
    for (int first = from; first <= Vectors.LAST; first++) {
      for (int second = Vectors.FIRST; second <= Vectors.LAST; second++) {
        pairs.add(new VectorPair(first, second));
      }
    }
    return pairs;
  }

  /** As in {@code 41h and 62h}. */
  @Override
  public String toString() {
    return Hex.vector(first) + " and " + Hex.vector(second);
  }
}
