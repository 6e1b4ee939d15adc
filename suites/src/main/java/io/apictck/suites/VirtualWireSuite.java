package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Virtual wire, PIC and symmetric mode. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Virtual wire")
@SelectPackages({"io.apictck.suites.virtualwire"})
@IncludeClassNamePatterns(".*Tests")
public final class VirtualWireSuite {}
