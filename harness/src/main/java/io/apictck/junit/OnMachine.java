package io.apictck.junit;

import io.apictck.platform.Feature;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The machine that a test wants; on a method it replaces that of the class. Without it: one
 * processor, prepared.
 *
 * <p>A prepared machine was reset; its processors were started by start-up IPIs, run with IF=0, and
 * their local APICs are in the mode of the test and software-enabled with spurious vector FFh.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OnMachine {
  /** How many processors at least. */
  int processors() default 1;

  /** APIC IDs that the processors must have, in index order; empty: the platform's choice. */
  int[] apicIds() default {};

  /** Features that the machine must not offer. */
  Feature[] without() default {};

  /** Whether the test begins right after power-on: no processor started, no register touched. */
  boolean powerOn() default false;
}
