package io.apictck.suites.ioapic;

import java.util.List;

/**
 * A state of the life-cycle automaton.
 *
 * @param pins the inputs
 * @param apics the local APICs, by processor
 */
record LifeCycleState(List<PinState> pins, List<ApicState> apics) {
  /** Takes copies. */
  LifeCycleState {
    pins = List.copyOf(pins);
    apics = List.copyOf(apics);
  }

  /** Inputs alone; nothing is requested or in service. */
  static LifeCycleState idle(int processors, PinState... pins) {
    return new LifeCycleState(
        List.of(pins), java.util.Collections.nCopies(processors, ApicState.IDLE));
  }
}
