package io.apictck.suites.lapic.icr;

import io.apictck.arch.InterruptCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LogicalIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The flat model (Intel SDM Vol. 3A, "Logical Destination Mode"; requirements table of logical
 * matching, rows 1 to 7).
 */
@Conformance
@OnMachine(processors = 4)
final class FlatDestinationTests {
  private static final int VECTOR = 0x61;
  private static final int LAST_SET = InterruptCommand.XAPIC_BROADCAST - 1;

  /** Logical IDs of processors 0 to 3: one bit each, several, shared ones, none, all. */
  private static final List<List<Integer>> LOGICAL_IDS =
      List.of(
          List.of(0x01, 0x02, 0x04, 0x08),
          List.of(0x80, 0x40, 0x20, 0x10),
          List.of(0x03, 0x06, 0x0C, 0x18),
          List.of(0x01, 0x01, 0x80, 0x80),
          List.of(0x55, 0xAA, 0x0F, 0xF0),
          List.of(0x00, 0x01, 0x00, 0x80),
          List.of(0xFF, 0x7F, 0xFE, 0x00));

  private static InterruptCommand to(int destination) {
    return InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(destination);
  }

  private static void assign(Machine machine, List<Integer> logicalIds) {
    for (Cpu cpu : machine.cpus()) {
      LogicalIds.set(cpu, logicalIdOf(cpu, logicalIds));
    }
  }

  /** A machine may have more processors than asked for: they get none. */
  private static int logicalIdOf(Cpu cpu, List<Integer> logicalIds) {
    return cpu.index() < logicalIds.size() ? logicalIds.get(cpu.index()) : 0;
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-009")
  void aCommonBitDecides(Machine machine, Cases cases) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (List<Integer> logicalIds : LOGICAL_IDS) {
      assign(machine, logicalIds);
      cases.range(
          0,
          LAST_SET,
          set ->
              receivers.verify(
                  machine.cpu(set & 3), to(set), cpu -> (logicalIdOf(cpu, logicalIds) & set) != 0));
    }
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-010")
  void allOnesReachesAll(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int bit = 0; bit < 8; bit++) {
      int logicalId = 1 << bit;
      machine.cpus().forEach(cpu -> LogicalIds.set(cpu, logicalId));
      for (Cpu sender : machine.cpus()) {
        receivers.verify(sender, to(InterruptCommand.XAPIC_BROADCAST), cpu -> true);
      }
    }
    receivers.verifyQuiet();
  }

  /** A test of its own: several implementations want a common bit here. */
  @Test
  @Covers("LAPIC-ICR-010")
  void allOnesReachesProcessorsWithoutLogicalId(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      receivers.verify(sender, to(InterruptCommand.XAPIC_BROADCAST), cpu -> true);
    }
    receivers.verifyQuiet();
  }

  /**
   * The logical ID of one processor is the APIC ID of another: a destination that lost its mode
   * hits the wrong one.
   */
  @Test
  @Covers("LAPIC-ICR-009")
  void theDestinationModeBitDecidesBetweenLogicalAndPhysical(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Cpu other = machine.cpu(2);
    int both = other.apicId();
    LogicalIds.set(target, both);
    Receivers receivers = Receivers.of(machine, VECTOR);
    receivers.verify(cpu, to(both), receiver -> receiver == target);
    receivers.verify(cpu, to(both).withLogical(false), receiver -> receiver == other);
    receivers.verifyQuiet();
  }
}
