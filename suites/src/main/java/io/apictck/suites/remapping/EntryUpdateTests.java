package io.apictck.suites.remapping;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.arch.vtd.SourceValidation;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.List;

/**
 * Entries that another processor replaces while they are in use: vector and processor are in the
 * lower half, the source in the upper one, so that a mixture of two entries would show.
 */
@Conformance
@OnMachine(processors = 2)
@Requires(Feature.INTERRUPT_REMAPPING)
final class EntryUpdateTests {
  private static final int INDEX = Remapping.INDEX;
  private static final int OLD = 0x61;
  private static final int NEW = 0x72;

  private static RemappedEntry entry(
      Remapping remapping, int vector, Cpu target, Requester requester) {
    return remapping
        .entry(vector, target)
        .withSource(SourceValidation.requester(requester.sourceId()));
  }

  /** Two requesters with different IDs. */
  private static List<Requester> two(Machine machine) {
    List<Requester> all = Requesters.all(machine);
    Requester first = all.getFirst();
    List<Requester> others =
        all.stream().filter(other -> other.sourceId() != first.sourceId()).toList();
    assumeTrue(!others.isEmpty(), "two functions can be made to request interrupts");
    return List.of(first, others.getFirst());
  }

  private static void verifyUsed(
      Remapping remapping, Requester right, Requester wrong, int vector, Cpu target) {
    remapping.verifyDelivered(() -> right.request(INDEX), vector, target::equals);
    remapping.verifyBlocked(
        () -> wrong.request(INDEX), FaultReason.SOURCE, wrong.sourceId(), INDEX);
  }

  @InEachApicMode
  @Covers({"IR-IRTE-011", "IR-IRTE-001"})
  void eachStepOfAReplacementHasOneMeaning(Machine machine) {
    List<Requester> requesters = two(machine);
    Remapping remapping = Remapping.start(machine);
    Cpu updater = machine.cpu(1);
    RemappedEntry old = entry(remapping, OLD, machine.cpu(0), requesters.get(0));
    RemappedEntry replacement = entry(remapping, NEW, machine.cpu(1), requesters.get(1));
    for (int round = 0; round < 4; round++) {
      remapping.set(INDEX, old);
      verifyUsed(remapping, requesters.get(0), requesters.get(1), OLD, machine.cpu(0));
      List<Instruction> steps = remapping.table().replacing(INDEX, replacement);
      for (Instruction step : steps.subList(0, steps.size() - 1)) {
        updater.run(step);
        remapping.unit().invalidate(INDEX, 0);
        for (Requester requester : requesters) {
          remapping.verifyBlocked(
              () -> requester.request(INDEX), FaultReason.NOT_PRESENT, requester.sourceId(), INDEX);
        }
      }
      updater.run(steps.getLast());
      if (remapping.unit().capability().cachingMode()) {
        remapping.unit().invalidate(INDEX, 0);
      }
      verifyUsed(remapping, requesters.get(1), requesters.get(0), NEW, machine.cpu(1));
    }
    remapping.verifyQuiet();
  }

  /** Until the invalidation the old entry may serve, but as a whole. */
  @InEachApicMode
  @Covers("IR-IRTE-011")
  void withoutInvalidationTheOldEntryServesAsAWhole(Machine machine) {
    List<Requester> requesters = two(machine);
    Remapping remapping = Remapping.start(machine);
    RemappedEntry old = entry(remapping, OLD, machine.cpu(0), requesters.get(0));
    RemappedEntry replacement = entry(remapping, NEW, machine.cpu(1), requesters.get(1));
    remapping.set(INDEX, old);
    verifyUsed(remapping, requesters.get(0), requesters.get(1), OLD, machine.cpu(0));
    remapping.table().by(machine.cpu(1)).set(INDEX, replacement);
    remapping.listeners().clear();
    requesters.get(0).request(INDEX);
    remapping.unit().complete();
    boolean oldServes = !remapping.listeners().soFar().isEmpty();
    remapping.unit().clearFaults();
    if (oldServes) {
      verifyUsed(remapping, requesters.get(0), requesters.get(1), OLD, machine.cpu(0));
    } else {
      verifyUsed(remapping, requesters.get(1), requesters.get(0), NEW, machine.cpu(1));
    }
    remapping.unit().invalidate(INDEX, 0);
    verifyUsed(remapping, requesters.get(1), requesters.get(0), NEW, machine.cpu(1));
    remapping.verifyQuiet();
  }
}
