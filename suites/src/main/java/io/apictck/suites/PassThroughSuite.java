package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Pass-through of the local APIC to a guest. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("LAPIC pass-through")
@SelectPackages({"io.apictck.suites.passthrough"})
@IncludeClassNamePatterns(".*Tests")
public final class PassThroughSuite {}
