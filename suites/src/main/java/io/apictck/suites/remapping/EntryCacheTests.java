package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationDescriptor;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Listeners;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * When changed entries count (Intel VT-d specification, "Interrupt Entry Cache Invalidate
 * Descriptor").
 */
@Conformance
@Requires(Feature.INTERRUPT_REMAPPING)
final class EntryCacheTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int OLD = 0x61;
  private static final int NEW = 0x72;
  private static final int LARGEST = InterruptRemappingTableAddress.MAXIMUM_SIZE;
  private static final int LAST = 0xFFFF;

  /** Makes the entries at these indices be used, and changes them. */
  private static void useAndChange(
      Remapping remapping, Requester requester, List<Integer> indices) {
    setAll(remapping, indices, OLD);
    remapping.unit().invalidateAll();
    indices.forEach(index -> remapping.verifyDelivered(() -> requester.request(index), OLD));
    setAll(remapping, indices, NEW);
  }

  private static void setAll(Remapping remapping, List<Integer> indices, int vector) {
    List<Instruction> block = new ArrayList<>();
    for (int index : indices) {
      block.addAll(remapping.table().replacing(index, remapping.entry(vector)));
    }
    remapping.unit().machine().cpu(0).runInPieces(block);
  }

  /** The vector that a request is delivered with. */
  private static int taken(Machine machine, Remapping remapping, Runnable request) {
    Listeners listeners = remapping.listeners();
    listeners.clear();
    request.run();
    machine.settle(() -> !listeners.soFar().isEmpty());
    assertThat(listeners.soFar()).as("interrupts of the request").hasSize(1);
    return listeners.soFar().getFirst().vector();
  }

  @InEachApicMode
  @Covers("IR-QI-002")
  void aGlobalInvalidationDropsAll(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    List<Integer> indices = new ArrayList<>();
    for (int index = 0; index < 0x100; index += 5) {
      indices.add(index);
    }
    useAndChange(remapping, requester, indices);
    remapping.unit().invalidateAll();
    indices.forEach(index -> remapping.verifyDelivered(() -> requester.request(index), NEW));
    remapping.verifyQuiet();
  }

  /** Before an invalidation old or new may be used, afterwards only what is in the table. */
  @InEachApicMode
  @Covers("IR-QI-002")
  void afterAnInvalidationAnEntryThatIsGoneIsGone(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    useAndChange(remapping, requester, List.of(INDEX));
    assertThat(taken(machine, remapping, () -> requester.request(INDEX)))
        .as("vector before the invalidation")
        .isIn(OLD, NEW);
    remapping.table().set(INDEX, RemappedEntry.NONE);
    remapping.unit().invalidateAll();
    remapping.verifyBlocked(
        () -> requester.request(INDEX), FaultReason.NOT_PRESENT, requester.sourceId(), INDEX);
    remapping.verifyQuiet();
  }

  /** Indices in and around a range. */
  private static List<Integer> around(int first, int last) {
    List<Integer> indices = new ArrayList<>();
    for (int index :
        List.of(
            first - 1, first, first + 1, first + (last - first) / 2, last - 1, last, last + 1)) {
      if (index >= 0 && index <= LAST && !indices.contains(index)) {
        indices.add(index);
      }
    }
    return indices;
  }

  /** All masks, with index bits below the mask set and clear. */
  @Test
  @Sweep
  @Covers({"IR-QI-003", "IR-REG-001"})
  void aSelectiveInvalidationDropsItsRange(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine, LARGEST);
    RemappingUnit unit = remapping.unit();
    cases.range(
        0,
        unit.extendedCapability().maximumIndexMask(),
        mask -> {
          for (int index : List.of(0x5AA5, 0, 0xFFFF, 0x8000)) {
            int first = index & -(1 << mask);
            int last = first + (1 << mask) - 1;
            List<Integer> indices = around(first, last);
            useAndChange(remapping, requester, indices);
            unit.complete(InvalidationDescriptor.entries(index, mask));
            for (int used : indices) {
              int vector = taken(machine, remapping, () -> requester.request(used));
              if (used >= first && used <= last) {
                assertThat(vector).as("vector of entry %xh in the range", used).isEqualTo(NEW);
              } else {
                assertThat(vector).as("vector of entry %xh", used).isIn(OLD, NEW);
              }
            }
          }
        });
    unit.invalidateAll();
    remapping.verifyQuiet();
  }

  /** All sixteen entries of a group, and each range of them. */
  @Test
  @Sweep
  @Covers("IR-QI-003")
  void allRangesOfSixteenEntries(Machine machine, Cases cases) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    List<Integer> group = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      group.add(0x40 + i);
    }
    int last = Math.min(4, remapping.unit().extendedCapability().maximumIndexMask());
    cases.range(
        0,
        last,
        mask -> {
          for (int range = 0; range < 16 >> mask; range++) {
            // the bits that are masked must not matter
            int index = 0x40 + ((range << mask) | (0xA & ((1 << mask) - 1)));
            useAndChange(remapping, requester, group);
            remapping.unit().invalidate(index, mask);
            for (int used : group) {
              if (used >> mask == index >> mask) {
                remapping.verifyDelivered(() -> requester.request(used), NEW);
              }
            }
          }
        });
    remapping.unit().invalidateAll();
    remapping.verifyQuiet();
  }

  @Test
  @Records
  @Covers("IR-QI-004")
  void whatElseIsDropped(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    List<Integer> indices = List.of(0, 1, 2, 3, 4, 5, 0x80, 0xFF);
    useAndChange(remapping, requester, indices);
    machine.observe(
        "without invalidation a used entry that was changed gives the new vector",
        taken(machine, remapping, () -> requester.request(5)) == NEW);
    remapping.unit().invalidate(2, 1);
    Map<Integer, Boolean> dropped = new TreeMap<>();
    for (int index : indices) {
      int vector = taken(machine, remapping, () -> requester.request(index));
      assertThat(vector).as("vector of entry %xh", index).isIn(OLD, NEW);
      dropped.put(index, vector == NEW);
    }
    machine.observe("dropped by an invalidation of 2 and 3", dropped);
    remapping.unit().invalidateAll();
    remapping.verifyQuiet();
  }

  /** Entries that did not serve a request are not cached, if CAP.CM says so. */
  @InEachApicMode
  @Covers("IR-QI-012")
  void anEntryThatBecomesGoodNeedsNoInvalidation(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    boolean cachesAll = remapping.unit().capability().cachingMode();
    RemappedEntry good = remapping.entry(OLD);
    for (RemappedEntry bad :
        List.of(
            RemappedEntry.NONE,
            good.withPresent(false),
            good.withPresent(false).withFaultProcessingDisabled(true),
            good.with(1L << 12, true))) {
      remapping.set(INDEX, bad);
      if (bad.faultProcessingDisabled()) {
        remapping.verifyDiscarded(() -> requester.request(INDEX));
      } else {
        remapping.blocked(() -> requester.request(INDEX));
      }
      remapping.table().set(INDEX, good);
      if (cachesAll) {
        remapping.unit().invalidate(INDEX, 0);
      }
      remapping.verifyDelivered(() -> requester.request(INDEX), OLD);
    }
    remapping.verifyQuiet();
  }

  /** Whatever the caches hold, requests that come after the wait use the new entry only. */
  @InEachApicMode
  @OnMachine(processors = 2)
  @Covers("IR-QI-011")
  void afterTheWaitNoOldInterruptComes(Machine machine) {
    Requester requester = Requesters.any(machine);
    Remapping remapping = Remapping.start(machine);
    Listeners listeners = remapping.listeners();
    Cpu[] targets = {machine.cpu(0), machine.cpu(1)};
    remapping.set(INDEX, remapping.entry(0x40, targets[0]));
    for (int round = 1; round <= 32; round++) {
      listeners.clear();
      for (int i = 0; i < 3; i++) {
        requester.request(INDEX);
      }
      int vector = 0x40 + round;
      Cpu target = targets[round % 2];
      remapping.set(INDEX, remapping.entry(vector, target));
      // what a processor has accepted it takes now
      machine.cpus().forEach(Cpu::nop);
      List<Listeners.Taken> delivered = listeners.soFar();
      machine.expectNothing();
      assertThat(listeners.soFar()).as("interrupts after the wait").isEqualTo(delivered);
      assertThat(delivered)
          .as("interrupts of round %d", round)
          .isNotEmpty()
          .allSatisfy(one -> assertThat(one.vector()).isEqualTo(vector - 1));
      remapping.verifyDelivered(() -> requester.request(INDEX), vector, target::equals);
    }
    remapping.verifyQuiet();
  }
}
