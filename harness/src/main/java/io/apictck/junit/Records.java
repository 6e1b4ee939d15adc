package io.apictck.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a test of behaviour that the manual leaves open: it records with {@link
 * io.apictck.machine.Machine#observe} what it sees, and its verdict is INFO. It may only fail where
 * neighbouring state is damaged.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Records {}
