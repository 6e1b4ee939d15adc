package io.apictck.suites.support;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.machine.Cpu;

/** Processors that one logical destination reaches. */
public final class LogicalGroup {
  private static final int FLAT = 0xFFFF_FFFF;
  private static final int SHIFT = 24;

  private LogicalGroup() {}

  /**
   * The destination for exactly these processors: in xAPIC mode, flat, they get logical IDs of a
   * bit each; in x2APIC mode they must be of one cluster.
   */
  public static int of(Cpu... processors) {
    int destination = 0;
    for (Cpu each : processors) {
      if (each.lapic().mode() == ApicMode.X2APIC) {
        destination |= each.lapic().read(LapicRegister.LDR);
      } else {
        int bit = 1 << each.index();
        each.lapic().write(LapicRegister.DFR, FLAT);
        each.lapic().write(LapicRegister.LDR, bit << SHIFT);
        destination |= bit;
      }
    }
    return destination;
  }
}
