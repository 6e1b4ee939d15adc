package io.apictck.suites;

import org.junit.platform.suite.api.IncludeClassNamePatterns;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;
import org.junit.platform.suite.api.SuiteDisplayName;

/**
 * Recognition of interrupts by the processor: IF, shadows, NMI, HLT, priorities at an instruction
 * boundary.
 */
@Suite(failIfNoTests = true)
@SuiteDisplayName("Processor")
@SelectPackages({"io.apictck.suites.processor"})
@IncludeClassNamePatterns(".*Tests")
public final class ProcessorSuite {}
