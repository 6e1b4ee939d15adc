package io.apictck.model.vtd;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.PostedEntry;
import java.util.Optional;

/**
 * An interrupt that is being posted. What others can see between its steps is what they can see of
 * real hardware: the descriptor is changed at once, the notification comes after it.
 */
public final class Posting {
  private final Poster poster;
  private final PostedEntry entry;
  private final boolean extended;
  private long notifying;
  private boolean notifies;

  Posting(Poster poster, PostedEntry entry, boolean extended) {
    this.poster = poster;
    this.entry = entry;
    this.extended = extended;
  }

  /**
   * First step: sets the request and, if the processor is to be notified, ON, in one
   * read-modify-write of the descriptor.
   *
   * @return why it could not be done; nothing is changed then
   */
  public Optional<FaultReason> update() {
    if (!poster.isAccessible(entry.descriptor())) {
      return Optional.of(FaultReason.DESCRIPTOR_ACCESS);
    }
    long control = poster.control(entry.descriptor());
    if (poster.isReserved(control, extended)) {
      return Optional.of(FaultReason.RESERVED_DESCRIPTOR);
    }
    poster.request(entry.descriptor(), entry.vector());
    notifies = poster.notifies(control, entry.urgent());
    if (notifies) {
      notifying = control;
      poster.setOutstanding(entry.descriptor(), control);
    }
    return Optional.empty();
  }

  /** Second step: notifies the processor if the first one found that to be due. */
  public void complete() {
    if (notifies) {
      poster.send(notifying, extended);
    }
  }
}
