package io.apictck.junit;

import io.apictck.arch.ApicMode;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The mode that all local APICs are in when the test begins; without it xAPIC mode. X2APIC implies
 * that the feature is required.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface InMode {
  /** XAPIC or X2APIC. */
  ApicMode value();
}
