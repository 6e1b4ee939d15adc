package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The 10,104 logical IPIs of apic.c in the flat and in the cluster model, for one and for two
 * targets.
 */
@Conformance
@OnMachine(processors = 2)
final class LogicalIpiTests {
  private static final int VECTOR = 0xF1;
  private static final int FLAT = 0xFFFF_FFFF;
  private static final int CLUSTER = 0x0FFF_FFFF;
  private static final int CLUSTERS = 15;

  /** Logical APIC IDs of both processors, the model of each, and a destination. */
  private record Case(int dfr0, int ldr0, int dfr1, int ldr1, int destination) {
    @Override
    public String toString() {
      return String.format(
          "MDA %02X, CPU 0 LDR %02X %s, CPU 1 LDR %02X %s",
          destination, ldr0, model(dfr0), ldr1, model(dfr1));
    }

    private static String model(int dfr) {
      return dfr == FLAT ? "flat" : "cluster";
    }
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-009")
  @Ports("KUT-APIC-033")
  void flatModelReachesOneTarget(Machine machine, Cases cases) {
    List<Case> list = new ArrayList<>();
    for (int bit = 0; bit < 8; bit++) {
      for (int mda = 0; mda < 0xFF; mda++) {
        if ((mda & 1 << bit) != 0) {
          list.add(new Case(FLAT, 0, FLAT, 1 << bit, mda));
        }
      }
    }
    assertThat(list).hasSize(1016);
    new Receivers(machine).check(cases, list, 0, 1);
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-011")
  @Ports("KUT-APIC-034")
  void clusterModelReachesOneTarget(Machine machine, Cases cases) {
    List<Case> list = new ArrayList<>();
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
      for (int bit = 0; bit < 4; bit++) {
        for (int members = 0; members < 16; members++) {
          if ((members & 1 << bit) != 0) {
            list.add(new Case(FLAT, 0, CLUSTER, cluster << 4 | 1 << bit, cluster << 4 | members));
          }
        }
      }
    }
    assertThat(list).hasSize(480);
    new Receivers(machine).check(cases, list, 0, 1);
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-009")
  @Ports("KUT-APIC-035")
  void flatModelReachesTwoTargets(Machine machine, Cases cases) {
    List<Case> list = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      for (int j = 0; j < 8; j++) {
        int both = 1 << i | 1 << j;
        for (int mda = 0; i != j && mda <= 0xFF; mda++) {
          if ((mda & both) == both) {
            list.add(new Case(FLAT, 1 << i, FLAT, 1 << j, mda));
            list.add(new Case(FLAT, both, FLAT, both, mda));
          }
        }
      }
    }
    assertThat(list).hasSize(7168);
    new Receivers(machine).check(cases, list, 1, 1);
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-011")
  @Ports("KUT-APIC-036")
  void clusterModelReachesTwoTargets(Machine machine, Cases cases) {
    List<Case> list = new ArrayList<>();
    for (int cluster = 0; cluster < CLUSTERS; cluster++) {
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
          int both = 1 << i | 1 << j;
          for (int members = 0; i != j && members < 16; members++) {
            if ((members & both) == both) {
              int base = cluster << 4;
              list.add(new Case(CLUSTER, base | 1 << i, CLUSTER, base | 1 << j, base | members));
              list.add(new Case(CLUSTER, base | both, CLUSTER, base | both, base | members));
            }
          }
        }
      }
    }
    assertThat(list).hasSize(1440);
    new Receivers(machine).check(cases, list, 1, 1);
  }

  /**
   * Both processors with their counters; the logical APIC IDs are only written when they change.
   */
  private static final class Receivers {
    private final Machine machine;
    private final Counter[] taken = new Counter[2];
    private final long[] written = {-1, -1};

    Receivers(Machine machine) {
      this.machine = machine;
      for (int i = 0; i < 2; i++) {
        taken[i] = machine.cpu(i).countInterrupts(VECTOR);
        machine.cpu(i).sti();
      }
    }

    void check(Cases cases, List<Case> list, int expected0, int expected1) {
      cases.each(
          list,
          c -> {
            setLogicalId(0, c.dfr0(), c.ldr0());
            setLogicalId(1, c.dfr1(), c.ldr1());
            taken[0].clear();
            taken[1].clear();
            // level bit 0, as the original sends it: it has no meaning here
            machine
                .cpu(0)
                .lapic()
                .send(
                    InterruptCommand.fixed(VECTOR)
                        .withLevelAssert(false)
                        .withLogical(true)
                        .withDestination(c.destination()));
            machine.settle(() -> taken[0].count() >= expected0 && taken[1].count() >= expected1);
            assertThat(taken[0]).as("interrupts on CPU 0").hasCount(expected0);
            assertThat(taken[1]).as("interrupts on CPU 1").hasCount(expected1);
          });
    }

    private void setLogicalId(int index, int dfr, int ldr) {
      long value = (long) dfr << 32 | ldr;
      if (written[index] != value) {
        written[index] = value;
        Cpu cpu = machine.cpu(index);
        cpu.run(
            cpu.lapic().writing(LapicRegister.DFR, dfr),
            cpu.lapic().writing(LapicRegister.LDR, (long) ldr << 24));
      }
    }
  }
}
