package io.apictck.suites.lapic.timer;

import io.apictck.machine.Machine;

/**
 * How many expiries of a periodic timer are seen as interrupts. In real time a busy computer may
 * hold a processor back for some periods; their expiries collapse into one interrupt.
 */
final class Expiries {
  private Expiries() {}

  /** The least number of interrupts that so many periods give. */
  static double atLeast(Machine machine, double periods) {
    return machine.description().virtualTime() ? periods : periods / 2;
  }
}
