package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Posted interrupts of Intel VT-d. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("VT-d posted interrupts")
@SelectPackages({"io.apictck.suites.vtdposted"})
@IncludeClassNamePatterns(".*Tests")
public final class VtdPostedInterruptSuite {}
