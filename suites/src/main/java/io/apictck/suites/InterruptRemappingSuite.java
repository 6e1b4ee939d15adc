package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Interrupt remapping by Intel VT-d. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Interrupt remapping")
@SelectPackages({"io.apictck.suites.remapping"})
@IncludeClassNamePatterns(".*Tests")
public final class InterruptRemappingSuite {}
