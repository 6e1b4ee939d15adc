package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** Everything. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("All units")
@SelectPackages({"io.apictck.suites"})
@IncludeClassNamePatterns(".*Tests")
public final class AllUnitsSuite {}
