package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** APICv: register virtualization and virtual-interrupt delivery. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("APICv")
@SelectPackages({"io.apictck.suites.apicv"})
@IncludeClassNamePatterns(".*Tests")
public final class ApicvSuite {}
