/**
 * When a processor recognizes an interrupt, and which first (Intel SDM Vol. 3A, "Interrupt and
 * Exception Handling").
 */
package io.apictck.suites.processor;
