package io.apictck.model.msi;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.model.lapic.InterruptMessage;

/**
 * Interrupt messages in compatibility format (Intel SDM Vol. 3A, "Message Signalled Interrupts").
 *
 * <p>Supported: physical and logical destinations, redirection hint, all delivery modes, level
 * messages, destination IDs of 15 bits where the machine has them.
 *
 * <p>Not supported: remappable format, which is for a remapping unit to know; address bits 4 and
 * 1:0 are ignored, and so are bits 11:5 on a machine without extended destination IDs.
 *
 * <p>Open points, decided: the destination mode bit counts also without redirection hint; with
 * redirection hint and logical destination a Fixed message goes to one member of the set, the one
 * that lowest priority would choose; a de-asserted level does nothing, and modes other than Fixed
 * and lowest priority are edges whatever the trigger bit says; modes 011 and 110 deliver nothing.
 */
public class MessageDecoder {
  private final boolean extendedDestinations;

  /**
   * A decoder.
   *
   * @param extendedDestinations whether address bits 11:5 are bits 14:8 of the destination
   */
  public MessageDecoder(boolean extendedDestinations) {
    this.extendedDestinations = extendedDestinations;
  }

  /** The message that a write of {@code data} to {@code address} (FEEx_xxxxh) is. */
  public InterruptMessage decode(long address, int data) {
    MessageAddress target = MessageAddress.of((int) address);
    MessageData content = MessageData.of(data);
    DeliveryMode mode = mode(target, content);
    return new InterruptMessage(
        InterruptMessage.widened(destination(target)),
        target.logical(),
        mode,
        content.vector(),
        content.levelAssert(),
        content.triggerLevel() && hasTriggerMode(mode));
  }

  int destination(MessageAddress target) {
    return extendedDestinations ? target.extendedDestination() : target.destination();
  }

  DeliveryMode mode(MessageAddress target, MessageData content) {
    DeliveryMode mode = content.deliveryMode();
    return switch (mode) {
      case FIXED ->
          target.redirectionHint() && target.logical() ? DeliveryMode.LOWEST_PRIORITY : mode;
      case STARTUP -> DeliveryMode.RESERVED_3;
      default -> mode;
    };
  }

  boolean hasTriggerMode(DeliveryMode mode) {
    return mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY;
  }
}
