package io.apictck.suites.x2apic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Who receives an IPI in x2APIC mode (Intel SDM Vol. 3A, "Logical Destination Mode in x2APIC
 * Mode").
 */
@Conformance
@Requires(Feature.X2APIC)
final class DestinationTests {
  private static final int VECTOR = 0x61;

  /**
   * APIC IDs that a logical destination reaches on a machine with IDs 0, 1, 2, 6, 15, 16, 17, 18,
   * 31.
   */
  private static final Map<Integer, Set<Integer>> LOGICAL = new LinkedHashMap<>();

  static {
    LOGICAL.put(0x0000_0001, Set.of(0));
    LOGICAL.put(0x0000_8002, Set.of(1, 15));
    LOGICAL.put(0x0000_0004, Set.of(2));
    // a mask, not the number 6
    LOGICAL.put(0x0000_0006, Set.of(1, 2));
    LOGICAL.put(0x0000_0040, Set.of(6));
    LOGICAL.put(0x0001_0003, Set.of(16, 17));
    LOGICAL.put(0x0001_0004, Set.of(18));
    LOGICAL.put(0x0001_FFFF, Set.of(16, 17, 18, 31));
    LOGICAL.put(0x0001_8000, Set.of(31));
    LOGICAL.put(0x0000_FFFF, Set.of(0, 1, 2, 6, 15));
    // an empty set, other clusters, and what would be a broadcast in xAPIC mode
    LOGICAL.put(0x0001_0000, Set.of());
    LOGICAL.put(0x0000_0000, Set.of());
    LOGICAL.put(0x0002_FFFF, Set.of());
    LOGICAL.put(0xFFFF_8000, Set.of());
    LOGICAL.put(0x0100_0000, Set.of());
    LOGICAL.put(0x0000_00FF, Set.of(0, 1, 2, 6));
    LOGICAL.put(0xFFFF_FFFF, Set.of(0, 1, 2, 6, 15, 16, 17, 18, 31));
  }

  /** Sends each destination from processor 0 and compares the APIC IDs of those that took it. */
  private static void assertReached(
      Machine machine, boolean logical, Map<Integer, Set<Integer>> expectations) {
    Map<Cpu, Counter> counters = new LinkedHashMap<>();
    for (Cpu cpu : machine.cpus()) {
      counters.put(cpu, cpu.countInterrupts(VECTOR));
      cpu.sti();
    }
    expectations.forEach((destination, expected) -> {
      counters.values().forEach(Counter::clear);
      machine
          .cpu(0)
          .lapic()
          .send(InterruptCommand.fixed(VECTOR).withLogical(logical).withDestination(destination));
      machine.expectNothing();
      Set<Integer> reached = new TreeSet<>();
      counters.forEach((cpu, counter) -> {
        if (counter.count() > 0) {
          reached.add(cpu.apicId());
        }
        assertThat(counter.count())
            .as("deliveries to APIC ID %d", cpu.apicId())
            .isLessThanOrEqualTo(1);
      });
      assertThat(reached)
          .as(
              "APIC IDs reached by %s destination %s",
              logical ? "logical" : "physical", Hex.dword(destination))
          .isEqualTo(new TreeSet<>(expected));
    });
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 9,
      apicIds = {0, 1, 2, 6, 15, 16, 17, 18, 31})
  @Covers({"X2-ID-004", "X2-ID-002", "LAPIC-ICR-012", "LAPIC-ICR-013"})
  void logicalDestinationsAreClustersAndMasks(Machine machine) {
    assertReached(machine, true, LOGICAL);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 5,
      apicIds = {0, 255, 256, 257, 0x1234})
  @Covers({"X2-ID-004", "X2-ID-002", "LAPIC-ICR-012"})
  void logicalDestinationsOfLargeIds(Machine machine) {
    Map<Integer, Set<Integer>> expectations = new LinkedHashMap<>();
    expectations.put(0x000F_8000, Set.of(255));
    expectations.put(0x0010_0001, Set.of(256));
    expectations.put(0x0010_0003, Set.of(256, 257));
    expectations.put(0x0123_0010, Set.of(0x1234));
    expectations.put(0x0123_0001, Set.of());
    expectations.put(0x0000_0001, Set.of(0));
    assertReached(machine, true, expectations);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 5,
      apicIds = {0, 52, 255, 256, 0x1234})
  @Covers({"LAPIC-ICR-003", "LAPIC-ICR-007"})
  void physicalDestinationsHave32Bits(Machine machine) {
    Map<Integer, Set<Integer>> expectations = new LinkedHashMap<>();
    // FFh is a processor like any other
    expectations.put(0xFF, Set.of(255));
    expectations.put(0x100, Set.of(256));
    expectations.put(0x1234, Set.of(0x1234));
    expectations.put(0x34, Set.of(52));
    expectations.put(0, Set.of(0));
    expectations.put(0xFF00_0000, Set.of());
    expectations.put(0xFFFF_FFFF, Set.of(0, 52, 255, 256, 0x1234));
    assertReached(machine, false, expectations);
  }

  @Test
  @OnMachine(processors = 4)
  @Covers({"X2-ID-004", "BASE-TR-008"})
  void theDestinationFormatOfXapicModeHasNoInfluence(Machine machine) {
    // the flat model, the cluster model, and one that is neither
    List<Integer> formats = List.of(0xFFFF_FFFF, 0x0FFF_FFFF, 0x5FFF_FFFF, 0x0FFF_FFFF);
    for (Cpu cpu : machine.cpus()) {
      cpu.lapic().write(LapicRegister.DFR, formats.get(cpu.index() % formats.size()));
      cpu.lapic().write(LapicRegister.LDR, 0x1100_0000);
      cpu.lapic().enterX2apic();
    }
    Map<Integer, Set<Integer>> expectations = new LinkedHashMap<>();
    for (Cpu cpu : machine.cpus()) {
      expectations.put(X2apicLogicalId.of(cpu.apicId()), Set.of(cpu.apicId()));
    }
    expectations.put(0x1100_0000, Set.of());
    assertReached(machine, true, expectations);
  }
}
