package io.apictck.suites.remapping;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
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
import io.apictck.suites.support.Listeners;
import java.util.ArrayList;
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

  /** How many each requester makes. */
  private static final int REQUESTS = 4;

  private static RemappedEntry entry(
      Remapping remapping, int vector, Cpu target, Requester requester) {
    return remapping
        .entry(vector, target)
        .withSource(SourceValidation.requester(requester.sourceId()));
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
    List<Requester> requesters = Requesters.ofDifferentIds(machine, 2);
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

  /**
   * What came of a request.
   *
   * @param taken the interrupts
   * @param faults what was recorded
   */
  private record Outcome(List<Listeners.Taken> taken, List<String> faults) {
    static Outcome delivered(int vector, int cpu) {
      return new Outcome(List.of(new Listeners.Taken(cpu, vector)), List.of());
    }

    static Outcome blocked(Requester requester) {
      FaultRecord fault = FaultRecord.of(FaultReason.SOURCE, requester.sourceId(), INDEX);
      return new Outcome(List.of(), List.of(Remapping.describe(fault)));
    }

    static Outcome of(Remapping remapping, Requester requester) {
      List<Listeners.Taken> taken = remapping.listeners().observe(() -> requester.request(INDEX));
      return new Outcome(
          taken, remapping.unit().takeFaults().stream().map(Remapping::describe).toList());
    }
  }

  /**
   * Until the invalidation each request is served by the old entry or by the new one, for a unit
   * may drop what it caches whenever it likes; but by one of them as a whole.
   */
  @InEachApicMode
  @Covers("IR-IRTE-011")
  void withoutInvalidationOneOfTheEntriesServesAsAWhole(Machine machine) {
    List<Requester> requesters = Requesters.ofDifferentIds(machine, 2);
    Remapping remapping = Remapping.start(machine);
    List<Outcome> byOld = List.of(Outcome.delivered(OLD, 0), Outcome.blocked(requesters.get(1)));
    List<Outcome> byNew = List.of(Outcome.blocked(requesters.get(0)), Outcome.delivered(NEW, 1));
    RemappedEntry replacement = entry(remapping, NEW, machine.cpu(1), requesters.get(1));
    remapping.set(INDEX, entry(remapping, OLD, machine.cpu(0), requesters.get(0)));
    verifyUsed(remapping, requesters.get(0), requesters.get(1), OLD, machine.cpu(0));
    remapping.table().by(machine.cpu(1)).set(INDEX, replacement);
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 2 * REQUESTS; i++) {
      int one = i % 2;
      Outcome outcome = Outcome.of(remapping, requesters.get(one));
      assertThat(outcome)
          .as("request %d, of %s, behind the change", i, requesters.get(one))
          .isIn(byOld.get(one), byNew.get(one));
      served.add(outcome.equals(byOld.get(one)) ? "old" : "new");
    }
    machine.observe("entries that served before the invalidation", served);
    remapping.unit().invalidate(INDEX, 0);
    verifyUsed(remapping, requesters.get(1), requesters.get(0), NEW, machine.cpu(1));
    remapping.verifyQuiet();
  }
}
