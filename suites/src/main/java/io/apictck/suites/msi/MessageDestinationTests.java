package io.apictck.suites.msi;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Landing;
import io.apictck.suites.support.Listeners;
import io.apictck.suites.support.LogicalIds;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets a message (Intel SDM Vol. 3A, "Message Address Register Format"). */
@Conformance
@OnMachine(processors = 4)
@Requires(stimuli = Stimulus.DEVICE_WRITE)
final class MessageDestinationTests {
  private static final int VECTOR = 0x61;
  private static final int FIXED = MessageData.fixed(VECTOR).raw();
  private static final int LOWEST_PRIORITY =
      MessageData.of(DeliveryMode.LOWEST_PRIORITY, VECTOR).raw();
  private static final int BROADCAST = 0xFF;
  private static final int FIRST_ADDRESS_BIT = 32;

  private static long physical(int destination) {
    return MessageAddress.physical(destination).physicalAddress();
  }

  @InEachApicMode
  @Sweep
  @Covers({"MSI-MSG-001", "MSI-MSG-002", "MSI-MSG-012"})
  void reachesTheProcessorWithThatId(Machine machine, Cases cases) {
    Listeners listeners = Listeners.of(machine);
    cases.range(
        0,
        BROADCAST - 1,
        id -> listeners.verify(physical(id), FIXED, VECTOR, cpu -> cpu.apicId() == id));
    listeners.verifyQuiet();
  }

  @Test
  @Covers("MSI-MSG-001")
  void isNoMemoryWrite(Machine machine) {
    Landing landing = Landing.at(machine, 0);
    Listeners listeners = Listeners.of(machine);
    machine
        .cpus()
        .forEach(cpu -> listeners.verify(physical(cpu.apicId()), FIXED, VECTOR, cpu::equals));
    landing.expectNothing();
    listeners.verifyQuiet();
    // the same write to RAM is memory and no message
    listeners.verify(landing.address(), FIXED, VECTOR, cpu -> false);
    landing.expect(FIXED);
  }

  @InEachApicMode
  @Sweep
  @Covers("MSI-MSG-004")
  void theRedirectionHintChangesNoPhysicalDestination(Machine machine, Cases cases) {
    Listeners listeners = Listeners.of(machine);
    for (int data : List.of(FIXED, LOWEST_PRIORITY)) {
      cases.range(
          0,
          BROADCAST - 1,
          id ->
              listeners.verify(
                  MessageAddress.physical(id).withRedirectionHint(true).physicalAddress(),
                  data,
                  VECTOR,
                  cpu -> cpu.apicId() == id));
    }
    listeners.verifyQuiet();
  }

  @Test
  @Covers("MSI-MSG-005")
  void allOnesReachesAll(Machine machine) {
    Listeners listeners = Listeners.of(machine);
    listeners.verify(physical(BROADCAST), FIXED, VECTOR, cpu -> true);
    listeners.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Records
  @Covers("MSI-MSG-005")
  void allOnesInX2apicMode(Machine machine) {
    Listeners listeners = Listeners.of(machine);
    machine.observe(
        "taken of physical destination FFh in x2APIC mode",
        listeners.observe(physical(BROADCAST), FIXED));
  }

  private static void verifyOneMember(
      Machine machine, Listeners listeners, int set, List<Integer> members) {
    long address = MessageAddress.logical(set).withRedirectionHint(true).physicalAddress();
    listeners.clear();
    machine.deviceWrite(address, LOWEST_PRIORITY);
    if (members.isEmpty()) {
      machine.expectNothing();
    } else {
      machine.settle(() -> !listeners.soFar().isEmpty());
    }
    List<Listeners.Taken> taken = listeners.soFar();
    assertThat(taken)
        .as(() -> "interrupts taken of " + Listeners.text(address, LOWEST_PRIORITY))
        .hasSize(members.isEmpty() ? 0 : 1)
        .allSatisfy(interrupt -> {
          assertThat(members).as("members of the set").contains(interrupt.cpu());
          assertThat(interrupt.vector()).as("vector").isEqualTo(VECTOR);
        });
  }

  @Test
  @Sweep
  @Covers("MSI-MSG-003")
  void lowestPriorityReachesOneMemberOfAFlatSet(Machine machine, Cases cases) {
    for (List<Integer> ids : List.of(List.of(1, 2, 4, 8), List.of(0x30, 0x50, 0x80, 0x81))) {
      LogicalIds.assign(machine, ids);
      Listeners listeners = Listeners.of(machine);
      cases.range(
          0,
          BROADCAST - 1,
          set ->
              verifyOneMember(
                  machine, listeners, set, Members.matching(ids, id -> (id & set) != 0)));
      listeners.verifyQuiet();
    }
  }

  @Test
  @Sweep
  @Covers("MSI-MSG-003")
  void lowestPriorityReachesOneMemberOfACluster(Machine machine, Cases cases) {
    LogicalIds.chooseClusterModel(machine);
    List<Integer> ids = List.of(0x21, 0x22, 0x31, 0x24);
    LogicalIds.assign(machine, ids);
    Listeners listeners = Listeners.of(machine);
    // cluster 15 with some of its members is left open
    cases.range(
        0,
        0xEF,
        set ->
            verifyOneMember(
                machine,
                listeners,
                set,
                Members.matching(ids, id -> id >>> 4 == set >>> 4 && (id & set & 0xF) != 0)));
    listeners.verifyQuiet();
  }

  @Test
  @Sweep(sample = 100)
  @Covers("MSI-MSG-003")
  void eachLowestPriorityMessageReachesOneMember(Machine machine, Cases cases) {
    List<Integer> ids = List.of(1, 2, 4, 8);
    LogicalIds.assign(machine, ids);
    Listeners listeners = Listeners.of(machine);
    cases.range(1, 100, round -> verifyOneMember(machine, listeners, 3, List.of(0, 1)));
    listeners.verifyQuiet();
  }

  @Test
  @Records
  @Covers("MSI-MSG-012")
  void reservedAddressBits(Machine machine) {
    Listeners listeners = Listeners.of(machine);
    int target = machine.cpu(1).apicId();
    for (int bit = 4; bit <= 11; bit++) {
      machine.observe(
          "taken with address bit " + bit, listeners.observe(physical(target) | 1L << bit, FIXED));
    }
    listeners.verify(physical(target), FIXED, VECTOR, cpu -> cpu.apicId() == target);
    listeners.verifyQuiet();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @OnMachine(
      processors = 7,
      apicIds = {0, 1, 0x100, 0x101, 0x234, 0x1001, 0x7FFE})
  @Requires(Feature.EXTENDED_DESTINATION_ID)
  @Covers("MSI-MSG-013")
  void carriesFifteenBitsOfId(Machine machine) {
    Listeners listeners = Listeners.of(machine);
    machine
        .cpus()
        .forEach(target ->
            listeners.verify(
                MessageAddress.extended(target.apicId()).physicalAddress(),
                FIXED,
                VECTOR,
                target::equals));
    for (int absent : List.of(2, 0x102, 0x200, 0x7F00, 0x4000)) {
      listeners.verify(
          MessageAddress.extended(absent).physicalAddress(), FIXED, VECTOR, cpu -> false);
    }
    listeners.verifyQuiet();
  }

  @Test
  @Sweep
  @Covers("MSI-MSG-014")
  void isNoMessageAboveFourGigabytes(Machine machine, Cases cases) {
    Listeners listeners = Listeners.of(machine);
    int target = machine.cpu(1).apicId();
    cases.range(
        FIRST_ADDRESS_BIT,
        machine.features().maxPhyAddr() - 1,
        bit -> listeners.verify(1L << bit | physical(target), FIXED, VECTOR, cpu -> false));
    machine.expectNothing();
    listeners.verifyQuiet();
  }

  @Test
  @Records
  @Covers("MSI-MSG-018")
  void logicalWithoutRedirectionHint(Machine machine) {
    LogicalIds.assign(machine, List.of(0x10, 0x20));
    Listeners listeners = Listeners.of(machine);
    List<Listeners.Taken> taken =
        listeners.observe(MessageAddress.logical(0x30).physicalAddress(), FIXED);
    machine.observe("taken of logical destination 30h with RH=0", taken);
    assertThat(taken).as("receivers").allSatisfy(one -> assertThat(one.cpu()).isLessThan(2));
    listeners.verifyQuiet();
  }

  @Test
  @Records
  @Covers("MSI-MSG-019")
  void fixedWithRedirectionHint(Machine machine) {
    LogicalIds.assign(machine, List.of(0x10, 0x20));
    Listeners listeners = Listeners.of(machine);
    long address = MessageAddress.logical(0x30).withRedirectionHint(true).physicalAddress();
    List<Listeners.Taken> taken = listeners.observe(address, FIXED);
    machine.observe("taken of logical destination 30h with RH=1, Fixed", taken);
    assertThat(taken).as("receivers").allSatisfy(one -> assertThat(one.cpu()).isLessThan(2));
    listeners.verifyQuiet();
  }
}
