/**
 * Global system interrupts: which source drives which input, and what firmware tables tell of it.
 */
package io.apictck.suites.gsi;
