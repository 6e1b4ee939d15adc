package io.apictck.assertions;

import io.apictck.arch.VectorSet;

/** About a set of vectors. */
public final class VectorSetAssert extends ConformanceAssert<VectorSetAssert, VectorSet> {
  VectorSetAssert(VectorSet actual) {
    super(actual, VectorSetAssert.class);
  }

  /** Its members are exactly these. */
  public VectorSetAssert containsExactlyVectors(int... vectors) {
    VectorSet expected = VectorSet.of(vectors);
    return check(
        actual.equals(expected),
        () ->
            "the vectors should be %s, but are %s: %s"
                .formatted(expected, actual, VectorText.difference(expected, actual)));
  }

  /** It has this member, and perhaps others. */
  public VectorSetAssert containsVector(int vector) {
    return check(
        actual.contains(vector),
        () -> "the vectors should contain %s, but are %s".formatted(VectorSet.of(vector), actual));
  }

  /** It has no members. */
  public VectorSetAssert isEmptySet() {
    return check(actual.isEmpty(), () -> "there should be no vectors, but there are " + actual);
  }
}
