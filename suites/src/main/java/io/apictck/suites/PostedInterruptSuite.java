package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Posted-interrupt processing. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Posted interrupts")
@SelectPackages({"io.apictck.suites.posted"})
@IncludeClassNamePatterns(".*Tests")
public final class PostedInterruptSuite {}
