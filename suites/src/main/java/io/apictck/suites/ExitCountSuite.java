package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** VM exits of one workload under each technique of virtualizing a local APIC. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("VM exits of the techniques")
@SelectPackages({"io.apictck.suites.experiment"})
@IncludeClassNamePatterns(".*Tests")
public final class ExitCountSuite {}
