package io.apictck.suites.support;

import java.util.ArrayList;
import java.util.List;

/** All orders in which agents that do their own steps in order can take turns. */
public final class Interleavings {
  private Interleavings() {}

  /**
   * All sequences in which number {@code i} stands {@code counts[i]} times: whose turn it is.
   *
   * @param counts how many steps each agent has
   */
  public static List<List<Integer>> of(int... counts) {
    List<List<Integer>> all = new ArrayList<>();
    extend(counts.clone(), new ArrayList<>(), all);
    return all;
  }

  private static void extend(int[] left, List<Integer> begun, List<List<Integer>> all) {
    boolean over = true;
    for (int i = 0; i < left.length; i++) {
      if (left[i] > 0) {
        over = false;
        left[i]--;
        begun.add(i);
        extend(left, begun, all);
        begun.removeLast();
        left[i]++;
      }
    }
    if (over) {
      all.add(List.copyOf(begun));
    }
  }
}
