/**
 * How tests are declared and run with JUnit: the extension that gives each test its machine, the
 * annotations, the verdicts.
 */
package io.apictck.junit;
