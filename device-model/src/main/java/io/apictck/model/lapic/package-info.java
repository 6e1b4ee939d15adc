/**
 * The local APIC, xAPIC and x2APIC, and the medium that carries interrupt messages between APICs.
 *
 * <p>{@link io.apictck.model.lapic.LocalApic} wires the parts, each of which has one subject:
 * {@code ApicBaseState}, {@code InterruptQueues}, {@code LocalVectorTable}, {@code
 * LocalInterruptPins}, {@code ApicTimer}, {@code ErrorStatusRegister}, {@code
 * InterruptCommandUnit}, {@code Destination}, {@code XapicPage}, {@code X2apicMsrs}. The parts are
 * not final, and each decision is a method of its own, so that tests can plant a fault in one
 * decision at a time.
 */
package io.apictck.model.lapic;
