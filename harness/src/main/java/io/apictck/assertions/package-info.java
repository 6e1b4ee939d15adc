/** Assertions that speak of interrupt hardware, beside those of AssertJ. */
package io.apictck.assertions;
