package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** The ports of the checks of kvm-unit-tests. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Ports of kvm-unit-tests")
@SelectPackages({"io.apictck.suites.kut"})
@IncludeClassNamePatterns(".*Tests")
public final class KvmUnitTestsSuite {}
