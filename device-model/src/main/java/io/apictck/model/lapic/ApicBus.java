package io.apictck.model.lapic;

import java.util.Arrays;

/**
 * The medium that carries interrupt messages to local APICs (Intel SDM Vol. 3A, "Determining IPI
 * Destination" and "Lowest Priority Delivery Mode").
 *
 * <p>Supported: every local APIC compares each message with its own state; each that is addressed
 * takes it once, of a lowest-priority message one.
 *
 * <p>Not supported: retries, focus processors, arbitration by a chipset's own task priority copies.
 *
 * <p>Open points, decided: lowest priority goes to the addressed, enabled local APIC with the
 * lowest processor priority, among equals to the lowest processor index. Messages that nobody
 * accepts are lost.
 *
 * <p>On large machines a physical message is shown only to the local APICs whose initial ID has the
 * low byte of the destination. Since IDs cannot be written, no other can be addressed by it.
 */
public class ApicBus {
  /** What {@link #deliver} excludes if nobody is to be excluded. */
  public static final int NOBODY = -1;

  private static final int INDEXED_FROM = 33;
  private static final int LOW_BYTES = 256;

  private final LocalApic[] apics;
  private final LocalApic[][] byLowByte;

  /** The medium of these local APICs, in index order. */
  public ApicBus(LocalApic[] apics) {
    this.apics = apics.clone();
    byLowByte = apics.length < INDEXED_FROM ? new LocalApic[0][] : index(apics);
  }

  private static LocalApic[][] index(LocalApic[] apics) {
    LocalApic[][] index = new LocalApic[LOW_BYTES][];
    Arrays.fill(index, new LocalApic[0]);
    for (LocalApic apic : apics) {
      int low = apic.initialId() & LOW_BYTES - 1;
      index[low] = Arrays.copyOf(index[low], index[low].length + 1);
      index[low][index[low].length - 1] = apic;
    }
    return index;
  }

  /**
   * Delivers a message.
   *
   * @param excluded index of the processor that does not receive it, or {@link #NOBODY}
   * @return whether a local APIC accepted it
   */
  public boolean deliver(InterruptMessage message, int excluded) {
    if (message.isDeassertion()) {
      return false;
    }
    return message.isLowestPriority()
        ? deliverToLowest(message, excluded)
        : deliverToAll(message, excluded);
  }

  boolean deliverToAll(InterruptMessage message, int excluded) {
    boolean accepted = false;
    for (LocalApic apic : candidates(message)) {
      if (isAddressed(apic, message, excluded)) {
        accepted |= apic.receive(message);
      }
    }
    return accepted;
  }

  boolean deliverToLowest(InterruptMessage message, int excluded) {
    LocalApic lowest = null;
    for (LocalApic apic : candidates(message)) {
      if (isAddressed(apic, message, excluded)
          && apic.honours(message.mode())
          && (lowest == null || isPreferred(apic, lowest))) {
        lowest = apic;
      }
    }
    return lowest != null && lowest.receive(message);
  }

  boolean isAddressed(LocalApic apic, InterruptMessage message, int excluded) {
    return apic.cpu() != excluded && apic.isAddressedBy(message);
  }

  /** Whether lowest-priority arbitration prefers one local APIC to another of lower index. */
  boolean isPreferred(LocalApic apic, LocalApic other) {
    return apic.arbitrationPriority() < other.arbitrationPriority();
  }

  /** A superset of the addressed local APICs, in index order. */
  private LocalApic[] candidates(InterruptMessage message) {
    return byLowByte.length == 0
            || message.logical()
            || message.destination() == InterruptMessage.BROADCAST
        ? apics
        : byLowByte[message.destination() & LOW_BYTES - 1];
  }
}
