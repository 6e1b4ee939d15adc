/** Interprocessor interrupts: the ICR, destinations, shorthands and delivery modes. */
package io.apictck.suites.lapic.icr;
