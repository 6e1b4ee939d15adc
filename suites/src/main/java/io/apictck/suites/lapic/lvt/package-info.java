/**
 * The local vector table and its sources (Intel SDM Vol. 3A, "Local Vector Table" and "Local
 * Interrupt Acceptance").
 */
package io.apictck.suites.lapic.lvt;
