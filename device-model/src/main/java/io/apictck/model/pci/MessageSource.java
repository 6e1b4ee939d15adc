package io.apictck.model.pci;

import java.util.BitSet;

/**
 * What MSI and MSI-X share: vectors with pending bits and masks (PCI Local Bus Specification,
 * "Per-vector Masking and Function Masking", "Sending Messages").
 *
 * <p>A message leaves when a condition becomes true. Where it must not leave, a vector with a
 * pending bit remembers it until it may, or until its conditions are satisfied.
 *
 * <p>Open points, decided: bus master enable holds messages back as a mask does, where there are
 * pending bits; elsewhere they are lost. Pending bits are neither set nor cleared by changes of the
 * enable bit, and what is pending while it is 0 is sent when it is 1 again. A condition that is
 * true already when the enable bit is set sends nothing.
 */
abstract class MessageSource {
  final PciFunction function;
  final BitSet pending = new BitSet();

  MessageSource(PciFunction function) {
    this.function = function;
  }

  /** Whether the capability replaces the interrupt pin. */
  abstract boolean isEnabled();

  /** The vector that tells of an interrupt of the device logic. */
  abstract int vectorOf(int interrupt);

  abstract boolean isMasked(int vector);

  abstract boolean hasPendingBits();

  /** Writes the message of a vector. */
  abstract void send(int vector);

  /** Registers outside of configuration space. */
  void reset() {
    pending.clear();
  }

  /** Configuration space changed. */
  void configurationWritten() {
    sendPending();
  }

  /** A condition became true. */
  void raised(int interrupt) {
    int vector = vectorOf(interrupt);
    if (maySend(vector)) {
      send(vector);
    } else if (hasPendingBits()) {
      setPending(vector);
    }
  }

  /** A condition became false. */
  void satisfied(int interrupt) {
    int vector = vectorOf(interrupt);
    if (function.conditions.stream().noneMatch(other -> vectorOf(other) == vector)) {
      clearPending(vector);
    }
  }

  boolean maySend(int vector) {
    return !isMasked(vector) && function.isBusMaster();
  }

  void setPending(int vector) {
    pending.set(vector);
  }

  void clearPending(int vector) {
    pending.clear(vector);
  }

  /** Sends what is pending and no longer held back. */
  void sendPending() {
    if (pending.isEmpty() || !isEnabled()) {
      return;
    }
    for (int vector = pending.nextSetBit(0); vector >= 0; vector = pending.nextSetBit(vector + 1)) {
      if (maySend(vector)) {
        clearPending(vector);
        send(vector);
      }
    }
  }
}
