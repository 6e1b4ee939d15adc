/**
 * Acceptance and delivery of fixed interrupts (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed
 * Interrupts").
 */
package io.apictck.suites.lapic.acceptance;
