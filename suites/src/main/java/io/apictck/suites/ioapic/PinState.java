package io.apictck.suites.ioapic;

/**
 * An input in the life-cycle automaton: its line and its redirection table entry.
 *
 * @param asserted the line is active
 * @param masked the entry is masked
 * @param level the entry is level-triggered
 * @param activeLow the polarity bit, which just reads back
 * @param vector number of its vector in {@link LifeCycle#VECTORS}
 * @param cpu the processor it goes to
 * @param logical whether its destination is a logical set
 * @param remoteIrr a level is accepted and not ended
 */
record PinState(
    boolean asserted,
    boolean masked,
    boolean level,
    boolean activeLow,
    int vector,
    int cpu,
    boolean logical,
    boolean remoteIrr) {
  /** An idle input. */
  static PinState idle(boolean level, boolean masked) {
    return new PinState(false, masked, level, false, 0, 0, false, false);
  }

  /** Whether a level waits to be sent. */
  boolean requestsLevel() {
    return asserted && level && !masked && !remoteIrr;
  }

  PinState withAsserted(boolean value) {
    return new PinState(value, masked, level, activeLow, vector, cpu, logical, remoteIrr);
  }

  PinState withMasked(boolean value) {
    return new PinState(asserted, value, level, activeLow, vector, cpu, logical, remoteIrr);
  }

  PinState withLevel(boolean value) {
    return new PinState(asserted, masked, value, activeLow, vector, cpu, logical, remoteIrr);
  }

  PinState withActiveLow(boolean value) {
    return new PinState(asserted, masked, level, value, vector, cpu, logical, remoteIrr);
  }

  PinState withVector(int value) {
    return new PinState(asserted, masked, level, activeLow, value, cpu, logical, remoteIrr);
  }

  PinState withCpu(int value) {
    return new PinState(asserted, masked, level, activeLow, vector, value, logical, remoteIrr);
  }

  PinState withLogical(boolean value) {
    return new PinState(asserted, masked, level, activeLow, vector, cpu, value, remoteIrr);
  }

  PinState withRemoteIrr(boolean value) {
    return new PinState(asserted, masked, level, activeLow, vector, cpu, logical, value);
  }
}
