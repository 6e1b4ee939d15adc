/**
 * The mailboxes of the guest agent over a serial line: frames of operations on guest memory there,
 * answers back, in {@link io.apictck.target.serial.Frame} and {@link
 * io.apictck.target.serial.Answer}; and the target {@code serial}, a machine that booted the agent
 * by itself.
 */
package io.apictck.target.serial;
