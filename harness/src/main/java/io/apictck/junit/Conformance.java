package io.apictck.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a class of conformance tests. Its methods may have parameters of type {@link
 * io.apictck.machine.Machine}, {@link io.apictck.machine.Cpu} (the bootstrap processor), {@link
 * io.apictck.machine.LocalApic} (its local APIC) and {@link Cases}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Tag("conformance")
@ExtendWith(ConformanceExtension.class)
public @interface Conformance {}
