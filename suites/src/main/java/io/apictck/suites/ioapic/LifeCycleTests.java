package io.apictck.suites.ioapic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.ioapic.Operation.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The life cycle of edges and levels, walked exhaustively: every operation in every state that
 * fewer operations than the depth lead to, and every sequence of a smaller length.
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.IO_APIC, stimuli = Stimulus.LINES, pins = 3)
final class LifeCycleTests {
  private static final int DEEP = 5;
  private static final int SHALLOW = 4;
  private static final int SHARED = 6;
  private static final int LENGTH = 3;

  private static final LifeCycleState LEVEL = LifeCycleState.idle(2, PinState.idle(true, false));
  private static final LifeCycleState EDGE = LifeCycleState.idle(2, PinState.idle(false, false));

  private static Set<Kind> offered(Machine machine) {
    Set<Kind> kinds = EnumSet.allOf(Kind.class);
    if (machine.cpu(0).lapic().mode() == ApicMode.X2APIC) {
      // eight bits do not hold a logical x2APIC ID
      kinds.remove(Kind.DESTINATION_MODE);
    }
    if (!machine.features().has(Feature.IO_APIC_EOI_REGISTER)) {
      kinds.remove(Kind.DIRECTED_EOI);
    }
    if (!machine.features().has(Feature.EOI_BROADCAST_SUPPRESSION)) {
      kinds.remove(Kind.SUPPRESSED_EOI);
    }
    return kinds;
  }

  private static void walk(
      Machine machine, Cases cases, Set<Kind> kinds, List<LifeCycleState> starts, int depth) {
    LifeCycle automaton = new LifeCycle(kinds);
    Walk walk = Walk.of(automaton, starts, depth);
    machine.note(
        "depth %d: %d states, %d transitions in %d sequences"
            .formatted(depth, walk.states(), walk.transitions(), walk.sequences().size()));
    LifeCycleDriver driver =
        new LifeCycleDriver(machine, automaton, starts.getFirst().pins().size());
    cases.each(walk.sequences(), driver::run);
    verifyIdle(machine);
  }

  private static void verifyIdle(Machine machine) {
    machine.expectNothing();
    machine.cpus().forEach(cpu -> assertThat(cpu.lapic()).isIdle().hasNoErrors());
  }

  /** In xAPIC mode deeper: eight-bit logical destinations are possible there alone. */
  private static int depth(Machine machine) {
    return machine.cpu(0).lapic().mode() == ApicMode.XAPIC ? DEEP : SHALLOW;
  }

  @InEachApicMode
  @Sweep
  @Covers({
    "IOA-LVL-001", "IOA-LVL-002", "IOA-LVL-003", "IOA-LVL-004", "IOA-LVL-005", "IOA-LVL-006",
    "IOA-LVL-007", "IOA-LVL-009", "IOA-LVL-010", "IOA-LVL-014", "IOA-LVL-015", "IOA-LVL-016",
    "IOA-EOI-001", "IOA-EOI-002", "IOA-EOI-003", "IOA-EOI-004", "IOA-REG-007"
  })
  void everyTransitionOfALevelInput(Machine machine, Cases cases) {
    walk(machine, cases, offered(machine), List.of(LEVEL), depth(machine));
  }

  @InEachApicMode
  @Sweep
  @Covers({
    "IOA-EDG-001",
    "IOA-EDG-002",
    "IOA-EDG-003",
    "IOA-EDG-004",
    "IOA-EDG-005",
    "IOA-EDG-007",
    "IOA-EDG-008",
    "IOA-LVL-016",
    "IOA-LVL-017",
    "IOA-EOI-003"
  })
  void everyTransitionOfAnEdgeInput(Machine machine, Cases cases) {
    walk(machine, cases, offered(machine), List.of(EDGE), SHALLOW);
  }

  @Test
  @OnMachine(processors = 2, without = Feature.IO_APIC_EOI_REGISTER)
  @Sweep
  @Covers({"IOA-LVL-003", "IOA-LVL-004", "IOA-LVL-006", "IOA-LVL-014"})
  void everyTransitionOfALevelInputOfVersion11h(Machine machine, Cases cases) {
    walk(machine, cases, offered(machine), List.of(LEVEL), SHALLOW);
  }

  private static void walkShared(Machine machine, Cases cases, boolean secondIsLevel, int depth) {
    Set<Kind> kinds =
        EnumSet.of(
            Kind.LINE,
            Kind.MASK,
            Kind.PROCESSOR,
            Kind.TAKE,
            Kind.EOI,
            Kind.SUPPRESSED_EOI,
            Kind.DIRECTED_EOI);
    kinds.retainAll(offered(machine));
    LifeCycleState start =
        LifeCycleState.idle(2, PinState.idle(true, false), PinState.idle(secondIsLevel, false));
    walk(machine, cases, kinds, List.of(start), depth);
  }

  @Test
  @Sweep
  @Covers({"IOA-LVL-002", "IOA-LVL-003", "IOA-LVL-008", "IOA-EOI-001"})
  void everyTransitionOfTwoLevelsThatShareAVector(Machine machine, Cases cases) {
    walkShared(machine, cases, true, SHARED);
  }

  @Test
  @Sweep
  @Covers({"IOA-LVL-008", "IOA-LVL-009", "IOA-EOI-003", "IOA-EDG-007"})
  void everyTransitionOfALevelAndAnEdgeThatShareAVector(Machine machine, Cases cases) {
    walkShared(machine, cases, false, SHARED);
  }

  @Test
  @Sweep
  @Covers({"IOA-LVL-003", "IOA-LVL-004", "IOA-LVL-005", "IOA-LVL-006"})
  void everyShortSequence(Machine machine, Cases cases) {
    LifeCycle automaton = new LifeCycle(offered(machine));
    LifeCycleDriver driver = new LifeCycleDriver(machine, automaton, 1);
    for (LifeCycleState start : List.of(LEVEL, EDGE)) {
      List<Sequence> sequences = Walk.all(automaton, start, LENGTH);
      machine.note("%d sequences of %d operations".formatted(sequences.size(), LENGTH));
      cases.each(sequences, driver::run);
    }
    verifyIdle(machine);
  }
}
