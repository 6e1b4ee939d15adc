package io.apictck.model.vtd;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.RemappingEntry;
import io.apictck.arch.vtd.SourceValidation;

/**
 * Whether a present table entry is valid (Intel VT-d specification, "Interrupt Remapping Table
 * Entry (IRTE) for Remapped Interrupts" and "... for Posted Interrupts").
 *
 * <p>Open points, decided: the reserved delivery modes 011 and 110 and the reserved source
 * validation type 11 are invalid.
 */
class EntryCheck {
  final boolean canPost;

  /**
   * A check.
   *
   * @param canPost whether there is the posted format
   */
  EntryCheck(boolean canPost) {
    this.canPost = canPost;
  }

  /**
   * Whether an entry has reserved bits or invalid codes.
   *
   * @param extended whether destinations have 32 bits
   */
  boolean isInvalid(RemappingEntry entry, boolean extended) {
    return entry.source().type() == SourceValidation.RESERVED
        || switch (entry) {
          case RemappedEntry remapped -> isInvalidRemapped(remapped, extended);
          case PostedEntry posted -> !canPost || isInvalidPosted(posted);
        };
  }

  boolean isInvalidRemapped(RemappedEntry entry, boolean extended) {
    long reserved = RemappedEntry.RESERVED_LOW | (extended ? 0 : RemappedEntry.XAPIC_RESERVED);
    DeliveryMode mode = entry.deliveryMode();
    return (entry.low() & reserved) != 0
        || (entry.high() & RemappedEntry.RESERVED_HIGH) != 0
        || mode == DeliveryMode.RESERVED_3
        || mode == DeliveryMode.STARTUP;
  }

  boolean isInvalidPosted(PostedEntry entry) {
    return (entry.low() & PostedEntry.RESERVED_LOW) != 0
        || (entry.high() & PostedEntry.RESERVED_HIGH) != 0;
  }
}
