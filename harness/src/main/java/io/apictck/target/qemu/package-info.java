/**
 * The target {@code qemu}: a QEMU process that runs the guest agent, without firmware. Its memory
 * is shared with this process; it is reset through QMP, and its lines and messages are driven
 * through the qtest protocol.
 */
package io.apictck.target.qemu;
