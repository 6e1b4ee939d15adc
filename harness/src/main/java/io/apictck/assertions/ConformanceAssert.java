package io.apictck.assertions;

import java.util.function.Supplier;
import org.assertj.core.api.AbstractAssert;

/** What the assertions share. */
abstract class ConformanceAssert<S extends ConformanceAssert<S, A>, A>
    extends AbstractAssert<S, A> {
  ConformanceAssert(A actual, Class<?> self) {
    super(actual, self);
  }

  /** Fails with {@code text} unless {@code holds}. */
  S check(boolean holds, Supplier<String> text) {
    if (!holds) {
      throw failure(text.get().replace("%", "%%"));
    }
    return myself;
  }
}
