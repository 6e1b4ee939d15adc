package io.apictck.model.vtd;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.FaultStatus;
import java.util.Arrays;

/**
 * The fault status register and the fault recording registers (Intel VT-d specification, "Primary
 * Fault Logging", "Fault Status Register", "Fault Recording Registers").
 *
 * <p>Supported: PFO, PPF, IQE and FRI. Records are filled in turn; if the next one still holds a
 * fault, PFO is set, and nothing is recorded until software clears it. With interrupt and DMA
 * remapping both off the next record is the first one again.
 *
 * <p>Not supported: advanced fault logging. ICE and ITE are never set, since there are no device
 * TLBs.
 *
 * <p>Open points, decided: faults of one requester are not collapsed; FRI is the oldest pending
 * record, 0 without one; there is no new event while any status is set.
 */
class FaultRecorder {
  /** The status that software clears by writing 1. */
  static final int CLEARABLE =
      FaultStatus.PFO | FaultStatus.IQE | FaultStatus.ICE | FaultStatus.ITE;

  final RemappingUnit unit;
  final FaultRecord[] records;
  int sticky;
  int next;
  int oldest;

  FaultRecorder(RemappingUnit unit) {
    this.unit = unit;
    records = new FaultRecord[unit.capability.faultRecords()];
  }

  void reset() {
    Arrays.fill(records, FaultRecord.NONE);
    sticky = 0;
    next = 0;
    oldest = 0;
  }

  /** Both kinds of remapping are off. */
  void rewind() {
    next = 0;
  }

  /** The fault status register. */
  int status() {
    return records[oldest].pending()
        ? sticky | FaultStatus.PPF | oldest << FaultStatus.FRI_SHIFT
        : sticky;
  }

  /** Software writes the fault status register. */
  void writeStatus(int value) {
    boolean hadQueueError = FaultStatus.of(sticky).queueError();
    sticky &= ~(value & CLEARABLE);
    settle();
    if (hadQueueError && !FaultStatus.of(sticky).queueError()) {
      unit.queue.resume();
    }
  }

  /** Software clears the fault of a record. */
  void clear(int number) {
    records[number] = records[number].cleared();
    for (int i = 0; i < records.length && !records[oldest].pending(); i++) {
      oldest = following(oldest);
    }
    settle();
  }

  private void settle() {
    if (status() == 0) {
      unit.faultEvent.settled();
    }
  }

  /** A request was blocked. */
  void record(FaultReason reason, int sourceId, int index) {
    if (FaultStatus.of(sticky).overflow()) {
      return;
    }
    int before = status();
    if (records[next].pending()) {
      sticky |= FaultStatus.PFO;
    } else {
      if (!FaultStatus.of(before).pending()) {
        oldest = next;
      }
      records[next] = FaultRecord.of(reason, sourceId, index);
      next = following(next);
    }
    raise(before);
  }

  /** The invalidation queue stopped at an error. */
  void queueError() {
    int before = status();
    sticky |= FaultStatus.IQE;
    raise(before);
  }

  private void raise(int before) {
    if (isNewEvent(before)) {
      unit.faultEvent.raise();
    }
  }

  /** Whether an event is to be sent if this was the status before. */
  boolean isNewEvent(int before) {
    return before == 0;
  }

  private int following(int number) {
    return (number + 1) % records.length;
  }
}
