/** The target {@code bochs}: the guest agent in a Bochs process, over its serial port. */
package io.apictck.target.bochs;
