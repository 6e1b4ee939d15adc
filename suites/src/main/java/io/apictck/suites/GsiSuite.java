package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Global system interrupts, their sources and the firmware tables that describe them. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Global system interrupts")
@SelectPackages({"io.apictck.suites.gsi"})
@IncludeClassNamePatterns(".*Tests")
public final class GsiSuite {}
