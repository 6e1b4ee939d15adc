package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.machine.Machine;
import io.apictck.suites.support.LogicalIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The cluster model (Intel SDM Vol. 3A, "Logical Destination Mode"; requirements table of logical
 * matching, rows 8 to 15).
 */
@Conformance
@OnMachine(processors = 4)
final class ClusterDestinationTests {
  private static final int VECTOR = 0x61;

  /** Cluster 15 with some members is left open; cluster 15 with all of them is the broadcast. */
  private static final int FIRST_OPEN = 0xF0;

  /**
   * Logical IDs of processors 0 to 3: one cluster, several, shared members, the highest cluster,
   * the lowest, empty sets.
   */
  private static final List<List<Integer>> LOGICAL_IDS =
      List.of(
          List.of(0x21, 0x22, 0x24, 0x28),
          List.of(0x21, 0x31, 0x22, 0x32),
          List.of(0xE1, 0xE8, 0x01, 0x08),
          List.of(0x23, 0x2C, 0x25, 0x3F),
          List.of(0x41, 0x81, 0x11, 0x21),
          List.of(0x50, 0x5F, 0xA0, 0xAA),
          List.of(0x00, 0x0F, 0x60, 0x96));

  private static InterruptCommand to(int destination) {
    return InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(destination);
  }

  private static void assign(Machine machine, List<Integer> logicalIds) {
    for (Cpu cpu : machine.cpus()) {
      LogicalIds.set(cpu, logicalIdOf(cpu, logicalIds));
    }
  }

  /** A machine may have more processors than asked for: they get an empty member set. */
  private static int logicalIdOf(Cpu cpu, List<Integer> logicalIds) {
    return cpu.index() < logicalIds.size() ? logicalIds.get(cpu.index()) : 0;
  }

  private static boolean matches(int logicalId, int destination) {
    int cluster = destination >>> 4;
    int members = destination & 0xF;
    return logicalId >>> 4 == cluster && (logicalId & members) != 0;
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-011")
  void clusterAndACommonMemberDecide(Machine machine, Cases cases) {
    LogicalIds.chooseClusterModel(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (List<Integer> logicalIds : LOGICAL_IDS) {
      assign(machine, logicalIds);
      cases.range(
          0,
          FIRST_OPEN - 1,
          set ->
              receivers.verify(
                  machine.cpu(set & 3),
                  to(set),
                  cpu -> matches(logicalIdOf(cpu, logicalIds), set)));
    }
    receivers.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-011")
  void everyLogicalIdAnswersToItsOwnClusterOnly(Machine machine, Cpu cpu, Cases cases) {
    LogicalIds.chooseClusterModel(machine);
    Cpu target = machine.cpu(1);
    Receivers receivers = Receivers.of(machine, VECTOR);
    cases.range(
        0,
        FIRST_OPEN - 1,
        logicalId -> {
          LogicalIds.set(target, logicalId);
          for (int cluster = logicalId & 1; cluster < 15; cluster += 2) {
            int destination = cluster << 4 | 0xF;
            receivers.verify(
                cpu,
                to(destination),
                receiver -> receiver == target && matches(logicalId, destination));
          }
          for (int member = 0; member < 4; member++) {
            int destination = (logicalId & 0xF0) | 1 << member;
            receivers.verify(
                cpu,
                to(destination),
                receiver -> receiver == target && matches(logicalId, destination));
          }
        });
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-011")
  void allOnesReachesAllClusters(Machine machine) {
    LogicalIds.chooseClusterModel(machine);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (List<Integer> logicalIds : LOGICAL_IDS) {
      if (logicalIds.stream().allMatch(id -> (id & 0xF) != 0)) {
        machine
            .cpus()
            .forEach(cpu -> LogicalIds.set(cpu, logicalIds.get(cpu.index() % logicalIds.size())));
        for (Cpu sender : machine.cpus()) {
          receivers.verify(sender, to(InterruptCommand.XAPIC_BROADCAST), cpu -> true);
        }
      }
    }
    receivers.verifyQuiet();
  }

  @Test
  @Records
  @Covers("LAPIC-ICR-011")
  void cluster15WithSomeMembersIsOpen(Machine machine, Cpu cpu) {
    LogicalIds.chooseClusterModel(machine);
    assign(machine, LOGICAL_IDS.getFirst());
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int set = FIRST_OPEN; set < InterruptCommand.XAPIC_BROADCAST; set++) {
      List<Cpu> taken = receivers.observe(cpu, to(set));
      machine.observe("receivers of cluster destination " + Hex.vector(set), taken);
      assertThat(taken).as("receivers of destination %02Xh", set).doesNotHaveDuplicates();
    }
    receivers.verifyQuiet();
  }
}
