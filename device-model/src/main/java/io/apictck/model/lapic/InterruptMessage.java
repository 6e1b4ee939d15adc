package io.apictck.model.lapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;

/**
 * A message on the medium between interrupt sources and local APICs (Intel SDM Vol. 3A,
 * "Determining IPI Destination").
 *
 * <p>Destinations are 32 bits wide. A source with an eight-bit destination (xAPIC, I/O APIC,
 * message) sends it zero-extended, except that its broadcast FFh becomes {@link #BROADCAST}: what a
 * broadcast is depends on the sender alone.
 *
 * @param destination APIC ID or logical set, {@link #BROADCAST} for everyone
 * @param logical whether {@code destination} is a logical set
 * @param mode delivery mode
 * @param vector 0 to FFh
 * @param level level of a level-triggered message: true asserts; without meaning for edges
 * @param trigger true for level-triggered
 */
public record InterruptMessage(
    int destination,
    boolean logical,
    DeliveryMode mode,
    int vector,
    boolean level,
    boolean trigger) {
  /** The destination that addresses every local APIC. */
  public static final int BROADCAST = InterruptCommand.X2APIC_BROADCAST;

  /** The destination of a source that has eight bits for it. */
  public static int widened(int destination) {
    return destination == InterruptCommand.XAPIC_BROADCAST ? BROADCAST : destination;
  }

  /** Whether the message takes back a level, which local APICs do not react to. */
  public boolean isDeassertion() {
    return trigger && !level;
  }

  /** Whether the message asks for one receiver of the addressed set. */
  public boolean isLowestPriority() {
    return mode == DeliveryMode.LOWEST_PRIORITY;
  }
}
