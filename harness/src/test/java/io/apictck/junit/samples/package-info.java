/** Conformance classes that the tests of the extension run. */
package io.apictck.junit.samples;
