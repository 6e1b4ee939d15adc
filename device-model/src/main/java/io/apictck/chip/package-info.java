/**
 * Interrupt controllers in a process of their own: the line protocol of {@code
 * docs/chip-protocol.md}, the target {@code chip} that speaks it to any process, and a server that
 * speaks it for the reference chipset.
 */
package io.apictck.chip;
