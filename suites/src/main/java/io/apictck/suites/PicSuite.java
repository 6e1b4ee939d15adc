package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The pair of 8259 interrupt controllers and their edge/level control registers. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("8259 pair")
@SelectPackages({"io.apictck.suites.pic"})
@IncludeClassNamePatterns(".*Tests")
public final class PicSuite {}
