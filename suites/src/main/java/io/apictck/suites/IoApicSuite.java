package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The I/O APIC: registers, edge and level life cycles, delivery, directed end of interrupt. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("I/O APIC")
@SelectPackages({"io.apictck.suites.ioapic"})
@IncludeClassNamePatterns(".*Tests")
public final class IoApicSuite {}
