package io.apictck.junit;

import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What a test needs; where it is missing the test is not applicable. Class and method add up. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Requires {
  /** Features of the hardware. */
  Feature[] value() default {};

  /** Stimuli of the platform. */
  Stimulus[] stimuli() default {};

  /** ISA interrupts whose wires the platform must drive, 0 to 15. */
  int[] isaLines() default {};

  /** How many inputs of I/O APICs the platform must drive. */
  int pins() default 0;

  /** Whether time must be virtual: for exact counts. */
  boolean virtualTime() default false;
}
