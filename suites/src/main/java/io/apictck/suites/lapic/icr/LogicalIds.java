package io.apictck.suites.lapic.icr;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;

/** Logical APIC IDs of xAPIC mode: LDR and DFR. */
final class LogicalIds {
  private static final int MEMBERS = 8;
  private static final int CLUSTER_MODEL = 0x0FFF_FFFF;

  private LogicalIds() {}

  /** LDR as a destination field has it: 8 bits in xAPIC mode, 32 in x2APIC mode. */
  static int read(Cpu cpu) {
    int raw = cpu.lapic().read(LapicRegister.LDR);
    return cpu.lapic().mode() == ApicMode.X2APIC ? raw : raw >>> 24;
  }

  /** Sets LDR, 0 to FFh; xAPIC mode only. */
  static void set(Cpu cpu, int logicalId) {
    cpu.lapic().write(LapicRegister.LDR, logicalId << 24);
  }

  /**
   * Gives each of the first eight processors one bit of the flat model; in x2APIC mode hardware has
   * given logical IDs already.
   */
  static void flat(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      if (cpu.lapic().mode() == ApicMode.XAPIC) {
        set(cpu, cpu.index() < MEMBERS ? 1 << cpu.index() : 0);
      }
    }
  }

  /**
   * Makes all processors use the cluster model, which must be chosen while they are
   * software-disabled.
   */
  static void chooseClusterModel(Machine machine) {
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(false));
    machine.cpus().forEach(cpu -> cpu.lapic().write(LapicRegister.DFR, CLUSTER_MODEL));
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(true));
  }
}
