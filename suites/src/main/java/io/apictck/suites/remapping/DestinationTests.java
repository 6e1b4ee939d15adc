package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.Listeners;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.X2apicLogicalId;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * Who gets a remapped interrupt (Intel VT-d specification, "Interrupt Remapping Table Entry (IRTE)
 * for Remapped Interrupts").
 */
@Conformance
@OnMachine(processors = 4)
@Requires(Feature.INTERRUPT_REMAPPING)
final class DestinationTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int VECTOR = Remapping.VECTOR;
  private static final int BROADCAST = 0xFF;
  private static final List<Integer> FLAT = List.of(0x01, 0x02, 0x84, 0x88);
  private static final List<Integer> CLUSTERS = List.of(0x21, 0x22, 0x31, 0x24);

  private static RemappedEntry logical(Remapping remapping, int set) {
    return remapping.entry(VECTOR).withLogical(true).withDestination(set, remapping.extended());
  }

  private static void verifyAll(
      Remapping remapping, Requester requester, RemappedEntry entry, Predicate<Cpu> members) {
    remapping.set(INDEX, entry);
    remapping.verifyDelivered(() -> requester.request(INDEX), VECTOR, members);
  }

  private static void verifyOne(
      Machine machine,
      Remapping remapping,
      Requester requester,
      RemappedEntry entry,
      Predicate<Cpu> members) {
    remapping.set(INDEX, entry);
    remapping.listeners().clear();
    requester.request(INDEX);
    boolean any = machine.cpus().stream().anyMatch(members);
    machine.settle(() -> !any || !remapping.listeners().soFar().isEmpty());
    remapping.unit().complete();
    List<Listeners.Taken> taken = remapping.listeners().soFar();
    assertThat(taken).as("interrupts taken").hasSize(any ? 1 : 0);
    assertThat(taken)
        .allSatisfy(one -> {
          assertThat(members.test(machine.cpu(one.cpu()))).as("a member took it").isTrue();
          assertThat(one.vector()).as("vector").isEqualTo(VECTOR);
        });
    assertThat(remapping.unit()).hasNoFault();
  }

  private static List<RemappedEntry> hinted(RemappedEntry entry) {
    RemappedEntry hinted = entry.withRedirectionHint(true);
    return List.of(hinted, hinted.withDeliveryMode(DeliveryMode.LOWEST_PRIORITY));
  }

  @InEachApicMode
  @Sweep
  @Covers({"IR-IRTE-003", "IR-IRTE-004"})
  void reachesTheProcessorWithThatId(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0,
        BROADCAST - 1,
        id ->
            verifyAll(
                remapping,
                requester,
                remapping.entry(VECTOR).withDestination(id, remapping.extended()),
                cpu -> cpu.apicId() == id));
    remapping.verifyQuiet();
  }

  @Test
  @Covers("IR-IRTE-004")
  void allOnesReachesAll(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    verifyAll(
        remapping,
        requester,
        remapping.entry(VECTOR).withDestination(BROADCAST, false),
        cpu -> true);
    remapping.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 6,
      apicIds = {0, 2, 0x102, 0x200, 0x202, 0x1001})
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers({"IR-IRTE-003", "IR-SW-002"})
  void extendedModeCarries32BitsOfId(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine, Remapping.ORDINARY, true);
    for (Cpu target : machine.cpus()) {
      verifyAll(remapping, requester, remapping.entry(VECTOR, target), target::equals);
    }
    for (int absent : List.of(1, 0x100, 0x302, 0x1_0002, 0x8000_0002)) {
      verifyAll(
          remapping,
          requester,
          remapping.entry(VECTOR).withDestination(absent, true),
          cpu -> false);
    }
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("IR-IRTE-007")
  void aFlatSetIsReachedWhole(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    LogicalIds.assign(machine, FLAT);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0,
        BROADCAST,
        set ->
            verifyAll(
                remapping,
                requester,
                logical(remapping, set),
                cpu -> (FLAT.get(cpu.index()) & set) != 0));
    remapping.verifyQuiet();
  }

  private static boolean inCluster(Cpu cpu, int set) {
    int id = CLUSTERS.get(cpu.index());
    return id >>> 4 == set >>> 4 && (id & set & 0xF) != 0;
  }

  @Test
  @Sweep
  @Covers("IR-IRTE-007")
  void aClusterIsReachedWhole(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    LogicalIds.chooseClusterModel(machine);
    LogicalIds.assign(machine, CLUSTERS);
    Remapping remapping = Remapping.start(machine);
    // cluster 15 with some of its members is left open
    cases.range(
        0,
        0xEF,
        set ->
            verifyAll(remapping, requester, logical(remapping, set), cpu -> inCluster(cpu, set)));
    remapping.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 4,
      apicIds = {0, 1, 0x12, 0x10_0003})
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers("IR-IRTE-007")
  void anX2apicClusterIsReachedWhole(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine, Remapping.ORDINARY, true);
    List<Integer> ids =
        machine.cpus().stream().map(cpu -> X2apicLogicalId.of(cpu.apicId())).toList();
    for (int set :
        List.of(0x1, 0x2, 0x3, 0xFFFF, 0x1_0004, 0x1_FFFF, 0x1_0003, 0x2_000F, 0x8000_0001, 0)) {
      verifyAll(
          remapping,
          requester,
          logical(remapping, set),
          cpu -> {
            int id = ids.get(cpu.index());
            return id >>> 16 == set >>> 16 && (id & set & 0xFFFF) != 0;
          });
    }
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("IR-IRTE-008")
  void theHintChoosesOneMemberOfAFlatSet(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    LogicalIds.assign(machine, FLAT);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0,
        BROADCAST,
        set -> {
          for (RemappedEntry entry : hinted(logical(remapping, set))) {
            verifyOne(
                machine, remapping, requester, entry, cpu -> (FLAT.get(cpu.index()) & set) != 0);
          }
        });
    remapping.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("IR-IRTE-008")
  void theHintChoosesOneMemberOfACluster(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    LogicalIds.chooseClusterModel(machine);
    LogicalIds.assign(machine, CLUSTERS);
    Remapping remapping = Remapping.start(machine);
    cases.range(
        0x20,
        0x3F,
        set -> {
          for (RemappedEntry entry : hinted(logical(remapping, set))) {
            verifyOne(machine, remapping, requester, entry, cpu -> inCluster(cpu, set));
          }
        });
    remapping.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.EXTENDED_INTERRUPT_MODE)
  @Covers("IR-IRTE-008")
  void theHintChoosesOneMemberOfAnX2apicCluster(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine, Remapping.ORDINARY, true);
    int all =
        machine.cpus().stream()
            .mapToInt(cpu -> X2apicLogicalId.of(cpu.apicId()))
            .filter(id -> id >>> 16 == 0)
            .sum();
    for (RemappedEntry entry : hinted(logical(remapping, all))) {
      verifyOne(machine, remapping, requester, entry, cpu -> cpu.apicId() >>> 4 == 0);
    }
    remapping.verifyQuiet();
  }

  @InEachApicMode
  @Covers({"IR-IRTE-004", "IR-IRTE-008"})
  void theHintChangesNoPhysicalDestination(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    for (Cpu target : machine.cpus()) {
      for (RemappedEntry entry : hinted(remapping.entry(VECTOR, target))) {
        verifyAll(remapping, requester, entry, target::equals);
      }
    }
    remapping.verifyQuiet();
  }
}
