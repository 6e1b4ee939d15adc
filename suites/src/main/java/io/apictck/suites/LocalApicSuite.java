package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/**
 * The local APIC: registers, local vector table, timer, ICR, priorities, acceptance, EOI, spurious
 * interrupts, errors.
 */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Local APIC")
@SelectPackages({"io.apictck.suites.lapic"})
@IncludeClassNamePatterns(".*Tests")
public final class LocalApicSuite {}
