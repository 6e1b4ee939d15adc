package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** INIT, start-up IPIs and what they leave behind. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("INIT and SIPI")
@SelectPackages({"io.apictck.suites.init"})
@IncludeClassNamePatterns(".*Tests")
public final class InitSuite {}
