package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The x2APIC MSR interface. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("x2APIC")
@SelectPackages({"io.apictck.suites.x2apic"})
@IncludeClassNamePatterns(".*Tests")
public final class X2apicSuite {}
