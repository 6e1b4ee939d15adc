package io.apictck.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a test with many cases inside, given to it by a {@link Cases} parameter. Where time is
 * virtual all cases run; elsewhere a sample, chosen by the seed of the run.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Sweep {
  /** How many cases a sample has on slow platforms. */
  int sample() default 64;
}
