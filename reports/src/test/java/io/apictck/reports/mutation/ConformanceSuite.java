package io.apictck.reports.mutation;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/** The conformance suites as the only tests of the model, for mutation testing. */
@Suite
@SelectPackages("io.apictck.suites")
@IncludeClassNamePatterns(".*Tests")
final class ConformanceSuite {}
