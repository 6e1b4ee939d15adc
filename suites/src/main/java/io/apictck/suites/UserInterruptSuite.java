package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** User interrupts: MSRs, SENDUIPI, notifications, delivery and return, guests. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("User interrupts")
@SelectPackages({"io.apictck.suites.uintr"})
@IncludeClassNamePatterns(".*Tests")
public final class UserInterruptSuite {}
