/**
 * What is not an interrupt controller on the way from a processor: memory and ports, and who
 * decodes an address.
 */
package io.apictck.model.bus;
