package io.apictck.assertions;

import io.apictck.arch.VectorSet;
import io.apictck.machine.Hex;
import java.util.List;
import java.util.stream.Collectors;

/** Vectors in words. */
final class VectorText {
  private static final int MANY = 16;

  private VectorText() {}

  /** A list in its order; of a long one the beginning. */
  static String list(List<Integer> vectors) {
    String text =
        vectors.stream().limit(MANY).map(Hex::vector).collect(Collectors.joining(", ", "[", ""));
    return text + (vectors.size() > MANY ? ", ... " + (vectors.size() - MANY) + " more]" : "]");
  }

  /** What is missing from a set and what is too much. */
  static String difference(VectorSet expected, VectorSet actual) {
    VectorSet missing = minus(expected, actual);
    VectorSet extra = minus(actual, expected);
    String text = missing.isEmpty() ? "" : "missing " + missing;
    return text
        + (missing.isEmpty() || extra.isEmpty() ? "" : ", ")
        + (extra.isEmpty() ? "" : "too much " + extra);
  }

  private static VectorSet minus(VectorSet from, VectorSet members) {
    VectorSet rest = from.copy();
    members.stream().forEach(rest::remove);
    return rest;
  }
}
