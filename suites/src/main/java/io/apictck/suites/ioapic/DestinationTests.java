package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Pin;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Destinations of entries (82093AA data sheet, "I/O Redirection Table Registers"; Intel SDM Vol.
 * 3A, "Determining IPI Destination"). Several receivers are addressed by edges only: when a level
 * with several receivers has ended is not defined.
 */
@Conformance
@OnMachine(processors = 3)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 1)
final class DestinationTests {
  private static final int VECTOR = 0x61;
  private static final int BROADCAST = 0xFF;

  /** A pin, and all processors waiting for its vector. */
  private record Setup(Machine machine, Pin pin, List<Counter> taken) {
    static Setup of(Machine machine) {
      List<Counter> taken =
          machine.cpus().stream().map(cpu -> cpu.countInterrupts(VECTOR)).toList();
      machine.cpus().forEach(Cpu::sti);
      return new Setup(machine, Pin.fromLast(machine, 0), taken);
    }

    /** One edge: exactly the expected processors take one interrupt each. */
    void verify(RedirectionEntry entry, Predicate<Cpu> expected) {
      taken.forEach(Counter::clear);
      pin.set(entry);
      pin.pulse();
      List<Cpu> wanted = machine.cpus().stream().filter(expected).toList();
      machine.settle(() -> wanted.stream().allMatch(cpu -> count(cpu) > 0));
      if (wanted.isEmpty()) {
        machine.expectNothing();
      }
      for (Cpu cpu : machine.cpus()) {
        assertThat(count(cpu))
            .as("interrupts on %s of destination %02Xh", cpu, entry.destination())
            .isEqualTo(expected.test(cpu) ? 1 : 0);
      }
    }

    private int count(Cpu cpu) {
      return taken.get(cpu.index()).count();
    }

    /** Nothing comes late. */
    void finish() {
      List<Integer> before = taken.stream().map(Counter::count).toList();
      machine.expectNothing();
      assertThat(taken.stream().map(Counter::count).toList()).isEqualTo(before);
      machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
      pin.release();
    }
  }

  private static RedirectionEntry physical(int destination) {
    return RedirectionEntry.fixed(VECTOR, destination);
  }

  private static RedirectionEntry logical(int destination) {
    return physical(destination).withLogical(true);
  }

  /** The broadcast needs xAPIC mode: beyond it interrupt remapping decides. */
  @InEachApicMode
  @Sweep
  @Covers({"IOA-DLV-008", "IOA-DLV-001", "IOA-DLV-014"})
  void aPhysicalDestinationIsOneApicId(Machine machine, Cases cases) {
    Setup setup = Setup.of(machine);
    cases.range(
        0,
        BROADCAST - 1,
        destination -> setup.verify(physical(destination), cpu -> cpu.apicId() == destination));
    setup.finish();
  }

  @Test
  @Covers("IOA-DLV-008")
  void thePhysicalDestinationOfAllOnesIsEveryone(Machine machine) {
    Setup setup = Setup.of(machine);
    setup.verify(physical(BROADCAST), cpu -> true);
    setup.finish();
  }

  @Test
  @OnMachine(
      processors = 4,
      apicIds = {0x10, 0x01, 0xF0, 0x0F})
  @Sweep
  @Covers({"IOA-DLV-008", "IOA-DLV-001"})
  void aPhysicalDestinationHasEightBits(Machine machine, Cases cases) {
    Setup setup = Setup.of(machine);
    cases.range(
        0,
        BROADCAST - 1,
        destination -> setup.verify(physical(destination), cpu -> cpu.apicId() == destination));
    setup.finish();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 4,
      apicIds = {0xFE, 0x80, 0x01, 0x55})
  @Covers("IOA-DLV-014")
  void reachesProcessorsInX2apicModeUpToIdFeh(Machine machine) {
    Setup setup = Setup.of(machine);
    for (Cpu target : machine.cpus()) {
      setup.verify(physical(target.apicId()), cpu -> cpu == target);
    }
    setup.finish();
  }

  @Test
  @Sweep
  @Covers("IOA-DLV-008")
  void aFlatLogicalDestinationIsASet(Machine machine, Cases cases) {
    LogicalIds.flat(machine);
    Setup setup = Setup.of(machine);
    cases.range(
        0,
        BROADCAST,
        set -> setup.verify(logical(set), cpu -> (set & LogicalIds.flatId(cpu)) != 0));
    setup.finish();
  }

  @Test
  @Sweep
  @Covers("IOA-DLV-008")
  void aClusterLogicalDestinationIsASetInOneCluster(Machine machine, Cases cases) {
    LogicalIds.chooseClusterModel(machine);
    List<Integer> ids = List.of(0x11, 0x12, 0x21);
    for (Cpu cpu : machine.cpus()) {
      LogicalIds.set(cpu, cpu.index() < ids.size() ? ids.get(cpu.index()) : 0);
    }
    Setup setup = Setup.of(machine);
    // cluster 15 may be a broadcast
    cases.range(
        0,
        0xEF,
        set ->
            setup.verify(
                logical(set),
                cpu ->
                    cpu.index() < ids.size()
                        && ids.get(cpu.index()) >>> 4 == set >>> 4
                        && (ids.get(cpu.index()) & set & 0xF) != 0));
    setup.verify(logical(BROADCAST), cpu -> true);
    setup.finish();
  }

  @InEachApicMode
  @Covers("IOA-DLV-012")
  void theIdentificationOfTheIoApicDoesNotMatter(Machine machine) {
    Setup setup = Setup.of(machine);
    IoApic ioApic = setup.pin().ioApic();
    int before = ioApic.read(IoApic.ID);
    for (int id : new int[] {0, 1, 2, 7, 0xF}) {
      ioApic.write(IoApic.ID, id << 24);
      for (Cpu target : machine.cpus()) {
        setup.verify(physical(target.apicId()), cpu -> cpu == target);
      }
    }
    ioApic.write(IoApic.ID, before);
    setup.finish();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.EXTENDED_DESTINATION_ID)
  @OnMachine(
      processors = 5,
      apicIds = {0x00, 0x01, 0x101, 0x7F01, 0x201})
  @Covers("IOA-DLV-013")
  void extendedDestinationsHaveFifteenBits(Machine machine) {
    Setup setup = Setup.of(machine);
    for (Cpu target : machine.cpus()) {
      int id = target.apicId();
      setup.verify(physical(id & 0xFF).withExtendedDestination(id >>> 8), cpu -> cpu == target);
    }
    setup.verify(physical(1).withExtendedDestination(4), cpu -> false);
    setup.verify(physical(0).withExtendedDestination(1), cpu -> false);
    setup.finish();
  }

  @Test
  @Records
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 3,
      apicIds = {0x00, 0x01, 0x101},
      without = Feature.EXTENDED_DESTINATION_ID)
  @Covers({"IOA-DLV-013", "IOA-REG-009"})
  void withoutExtendedDestinationsTheirBitsAreReserved(Machine machine) {
    Setup setup = Setup.of(machine);
    setup.pin().set(physical(1).withExtendedDestination(1));
    machine.observe("bits 55:49, written as 1", setup.pin().entry().extendedDestination());
    setup.pin().pulse();
    machine.expectNothing();
    machine.observe("interrupts by processor", setup.taken().stream().map(Counter::count).toList());
    setup.finish();
  }
}
