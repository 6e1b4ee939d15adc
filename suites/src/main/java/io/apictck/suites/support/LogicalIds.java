package io.apictck.suites.support;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import java.util.List;
import java.util.stream.Stream;

/** Logical APIC IDs: LDR and DFR. */
public final class LogicalIds {
  private static final int MEMBERS = 8;
  private static final int SHIFT = 24;
  private static final int FLAT_MODEL = 0xFFFF_FFFF;
  private static final int CLUSTER_MODEL = 0x0FFF_FFFF;

  private LogicalIds() {}

  /** LDR as a destination field has it: 8 bits in xAPIC mode, 32 in x2APIC mode. */
  public static int read(Cpu cpu) {
    int raw = cpu.lapic().read(LapicRegister.LDR);
    return isFixed(cpu) ? raw : raw >>> SHIFT;
  }

  /** Sets LDR, 0 to FFh; xAPIC mode only. */
  public static void set(Cpu cpu, int logicalId) {
    cpu.lapic().write(LapicRegister.LDR, logicalId << SHIFT);
  }

  /** Whether hardware has given it, as it does in x2APIC mode. */
  private static boolean isFixed(Cpu cpu) {
    return cpu.lapic().mode() == ApicMode.X2APIC;
  }

  /** Gives the first processors these logical IDs; the others get none. */
  public static void assign(Machine machine, List<Integer> ids) {
    machine.cpus().forEach(cpu -> set(cpu, cpu.index() < ids.size() ? ids.get(cpu.index()) : 0));
  }

  /** The bit of the flat model that {@link #flat} gives one of the first eight processors. */
  public static int flatId(Cpu cpu) {
    return 1 << cpu.index();
  }

  /**
   * Gives each of the first eight processors one bit of the flat model; in x2APIC mode hardware has
   * given logical IDs already.
   */
  public static void flat(Machine machine) {
    for (Cpu cpu : machine.cpus()) {
      if (!isFixed(cpu)) {
        set(cpu, cpu.index() < MEMBERS ? flatId(cpu) : 0);
      }
    }
  }

  /**
   * The destination for exactly these of the first eight processors: in xAPIC mode they get bits of
   * the flat model; in x2APIC mode they must be of one cluster.
   */
  public static int group(Cpu... processors) {
    for (Cpu each : processors) {
      if (!isFixed(each)) {
        each.lapic().write(LapicRegister.DFR, FLAT_MODEL);
        set(each, flatId(each));
      }
    }
    return Stream.of(processors).mapToInt(LogicalIds::read).reduce(0, (all, one) -> all | one);
  }

  /** The cluster model for all processors; it must be chosen while they are software-disabled. */
  public static void chooseClusterModel(Machine machine) {
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(false));
    machine.cpus().forEach(cpu -> cpu.lapic().write(LapicRegister.DFR, CLUSTER_MODEL));
    machine.cpus().forEach(cpu -> cpu.lapic().setEnabled(true));
  }
}
