package io.apictck.suites.support;

import io.apictck.arch.LapicRegister;
import io.apictck.machine.Machine;
import java.util.List;

/** Logical APIC IDs of xAPIC mode: LDR and DFR. */
public final class LogicalIds {
  private static final int CLUSTER_MODEL = 0x0FFF_FFFF;

  private LogicalIds() {}

  /** Gives the first processors these logical IDs; the others get none. */
  public static void assign(Machine machine, List<Integer> ids) {
    machine
        .cpus()
        .forEach(cpu ->
            cpu.lapic()
                .write(
                    LapicRegister.LDR, cpu.index() < ids.size() ? ids.get(cpu.index()) << 24 : 0));
  }

  /** The cluster model for all processors; it must be chosen while they are software-disabled. */
  public static void chooseClusterModel(Machine machine) {
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(false));
    machine.cpus().forEach(cpu -> cpu.lapic().write(LapicRegister.DFR, CLUSTER_MODEL));
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(true));
  }
}
