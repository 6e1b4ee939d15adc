package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** IPI virtualization. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("IPI virtualization")
@SelectPackages({"io.apictck.suites.ipiv"})
@IncludeClassNamePatterns(".*Tests")
public final class IpiVirtualizationSuite {}
