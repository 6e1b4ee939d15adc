package io.apictck.suites.lapic.icr;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Logical destinations in x2APIC mode (Intel SDM Vol. 3A, "Logical Destination Mode in x2APIC
 * Mode").
 */
@Conformance
@InMode(ApicMode.X2APIC)
@OnMachine(
    processors = 6,
    apicIds = {0, 1, 15, 16, 17, 31})
final class X2apicLogicalDestinationTests {
  private static final int VECTOR = 0x61;
  private static final int MEMBERS = 16;
  private static final int ALL_MEMBERS = 0xFFFF;

  private static InterruptCommand to(int destination) {
    return InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(destination);
  }

  private static boolean matches(int x2apicId, int destination) {
    int logicalId = X2apicLogicalId.of(x2apicId);
    return logicalId >>> 16 == destination >>> 16 && (logicalId & destination & ALL_MEMBERS) != 0;
  }

  /** No, one, two and all but one member, and all. */
  private static Set<Integer> memberSets() {
    Set<Integer> sets = new LinkedHashSet<>();
    sets.add(0);
    for (int i = 0; i < MEMBERS; i++) {
      for (int j = 0; j < MEMBERS; j++) {
        sets.add(1 << i | 1 << j);
      }
      sets.add(ALL_MEMBERS & ~(1 << i));
    }
    sets.add(ALL_MEMBERS);
    return sets;
  }

  /** The clusters that have processors, and those that differ from them in one bit. */
  private static Set<Integer> clusters(Machine machine) {
    Set<Integer> clusters = new LinkedHashSet<>();
    for (Cpu cpu : machine.cpus()) {
      int cluster = X2apicLogicalId.of(cpu.apicId()) >>> 16;
      clusters.add(cluster);
      for (int bit = 0; bit < 16; bit++) {
        clusters.add(cluster ^ 1 << bit);
      }
    }
    return clusters;
  }

  private static void verify(Machine machine, Cpu sender, Cases cases) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    Set<Integer> members = memberSets();
    for (int cluster : clusters(machine)) {
      boolean inhabited =
          machine.cpus().stream()
              .anyMatch(cpu -> X2apicLogicalId.of(cpu.apicId()) >>> 16 == cluster);
      cases.each(
          inhabited ? List.copyOf(members) : List.of(0, 1, 2, 1 << 15, 0x5555, ALL_MEMBERS),
          set -> {
            int destination = cluster << 16 | set;
            if (destination != InterruptCommand.X2APIC_BROADCAST) {
              receivers.verify(sender, to(destination), cpu -> matches(cpu.apicId(), destination));
            }
          });
    }
    receivers.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("LAPIC-ICR-012")
  void clusterAndACommonMemberDecide(Machine machine, Cpu cpu, Cases cases) {
    verify(machine, cpu, cases);
  }

  @Test
  @Sweep
  @OnMachine(
      processors = 5,
      apicIds = {0, 255, 256, 300, 0x1234})
  @Covers("LAPIC-ICR-012")
  void clustersBeyondTheFirstSixteenAreTold(Machine machine, Cases cases) {
    verify(machine, machine.cpu(4), cases);
  }

  @Test
  @OnMachine(
      processors = 3,
      apicIds = {0, 0xF, 0xF_FFFF})
  @Covers({"LAPIC-ICR-012", "LAPIC-ICR-013"})
  void theLastMemberOfTheLastClusterIsNoBroadcast(Machine machine, Cpu cpu) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    Cpu last = machine.cpu(2);
    receivers.verify(cpu, to(X2apicLogicalId.of(last.apicId())), receiver -> receiver == last);
    receivers.verify(cpu, to(InterruptCommand.X2APIC_BROADCAST), receiver -> true);
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-012")
  void theLogicalIdThatLdrShowsReachesItsProcessor(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      for (Cpu target : machine.cpus()) {
        int logicalId = target.lapic().read(LapicRegister.LDR);
        receivers.verify(sender, to(logicalId), cpu -> cpu == target);
      }
    }
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-013")
  void allOnesReachesEveryProcessorOnce(Machine machine) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (Cpu sender : machine.cpus()) {
      receivers.verify(sender, to(InterruptCommand.X2APIC_BROADCAST), cpu -> true);
    }
    receivers.verifyQuiet();
  }

  /** FFh and the like are broadcasts in xAPIC mode only. */
  @Test
  @Covers("LAPIC-ICR-013")
  void nothingElseIsABroadcast(Machine machine, Cpu cpu) {
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int destination : new int[] {0xFF, 0xFFFF_FFFE, 0x7FFF_FFFF, 0xFF00_0000, 0xFFFF_0000}) {
      receivers.verify(cpu, to(destination), receiver -> matches(receiver.apicId(), destination));
    }
    receivers.verifyQuiet();
  }
}
