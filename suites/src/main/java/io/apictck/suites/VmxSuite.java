package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/**
 * VMX operation as far as interrupts need it: controls, exits, injection, windows, INIT and SIPI.
 */
@Suite(failIfNoTests = true)
@SuiteDisplayName("VMX")
@SelectPackages({"io.apictck.suites.vmx"})
@IncludeClassNamePatterns(".*Tests")
public final class VmxSuite {}
