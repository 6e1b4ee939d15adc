package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/** IA32_APIC_BASE: modes, reserved bits, relocation. */
@Suite(failIfNoTests = true)
@SuiteDisplayName("IA32_APIC_BASE")
@SelectPackages({"io.apictck.suites.apicbase"})
@IncludeClassNamePatterns(".*Tests")
public final class ApicBaseSuite {}
