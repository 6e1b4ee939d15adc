package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** FlexPriority: TPR shadow and APIC-access page. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("FlexPriority")
@SelectPackages({"io.apictck.suites.flexpriority"})
@IncludeClassNamePatterns(".*Tests")
public final class FlexPrioritySuite {}
