package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The MSI-X capability, its table and its pending bits. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("MSI-X")
@SelectPackages({"io.apictck.suites.msix"})
@IncludeClassNamePatterns(".*Tests")
public final class MsiXSuite {}
