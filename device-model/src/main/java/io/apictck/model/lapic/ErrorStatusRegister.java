package io.apictck.model.lapic;

import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;

/**
 * The error status register (Intel SDM Vol. 3A, "Error Handling").
 *
 * <p>Supported: bits 4 to 7; a write shows what was collected since the last write; the LVT error
 * interrupt.
 *
 * <p>Not supported: checksum and accept errors of the serial APIC bus, bits 3:0.
 *
 * <p>Open points, decided: each bit is armed by itself, that is, an error of a new kind interrupts
 * even before the next write, one of a kind that is already collected does not; an illegal vector
 * in the LVT error entry is collected as a received illegal vector and interrupts nobody.
 */
class ErrorStatusRegister {
  final LocalApic apic;
  int visible;
  int collected;

  ErrorStatusRegister(LocalApic apic) {
    this.apic = apic;
  }

  void reset(int value) {
    visible = value;
    collected = 0;
  }

  int read() {
    return visible;
  }

  /** Shows what was collected and arms the error interrupt again. */
  void write() {
    visible = collected;
    collected = 0;
  }

  /** An error happened: bits of {@link ErrorStatus}. */
  void record(int error) {
    boolean armed = isArmed(error);
    collected |= error;
    if (armed) {
      interrupt();
    }
  }

  /** Whether an error causes an interrupt: none of its kind did since the last write. */
  boolean isArmed(int error) {
    return (error & ~collected) != 0;
  }

  /** Sends the LVT error interrupt. */
  void interrupt() {
    LvtEntry entry = apic.lvt.entry(LapicRegister.LVT_ERROR);
    if (entry.masked()) {
      return;
    }
    if (apic.queues.isIllegal(entry.vector())) {
      collected |= ErrorStatus.RECEIVE_ILLEGAL_VECTOR;
    } else {
      apic.acceptFixed(entry.vector(), false);
    }
  }
}
