package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Interrupt messages of devices, and the MSI capability. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Interrupt messages and MSI")
@SelectPackages({"io.apictck.suites.msi"})
@IncludeClassNamePatterns(".*Tests")
public final class MsiSuite {}
