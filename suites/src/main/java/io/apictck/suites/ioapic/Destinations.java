package io.apictck.suites.ioapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;

/** Logical destinations of processors, as the eight bits of an entry have them. */
final class Destinations {
  private static final int BITS = 8;
  private static final int CLUSTER_MODEL = 0x0FFF_FFFF;

  private Destinations() {}

  /** Gives each of the first eight processors a bit of the flat model; in xAPIC mode only. */
  static void chooseFlatIds(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      if (cpu.lapic().mode() == ApicMode.XAPIC) {
        setLogicalId(cpu, cpu.index() < BITS ? flatId(cpu) : 0);
      }
    }
  }

  /** The bit of a processor. */
  static int flatId(Cpu cpu) {
    return 1 << cpu.index();
  }

  /** LDR bits 31:24. */
  static void setLogicalId(Cpu cpu, int id) {
    cpu.lapic().write(LapicRegister.LDR, id << 24);
  }

  /** All processors use the cluster model; it must be chosen while they are disabled. */
  static void chooseClusterModel(Machine machine) {
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(false));
    machine.cpus().forEach(cpu -> cpu.lapic().write(LapicRegister.DFR, CLUSTER_MODEL));
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(true));
  }
}
