/**
 * Virtual wire, PIC and symmetric mode: on which way interrupts of the 8259 pair and of devices
 * reach the processors.
 */
package io.apictck.suites.virtualwire;
