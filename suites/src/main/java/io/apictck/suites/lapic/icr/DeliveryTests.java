package io.apictck.suites.lapic.icr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Vectors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** From one processor to another (Intel SDM Vol. 3A, "IPI Delivery and Acceptance"). */
@Conformance
@OnMachine(processors = 2)
final class DeliveryTests {
  private static final int VECTOR = 0x61;

  /**
   * Brings {@code count} vectors into an order that is neither rising nor falling; {@code step} has
   * no divisor with it in common.
   */
  private static List<Integer> mixed(int first, int count, int step) {
    return IntStream.range(0, count).map(i -> first + i * step % count).boxed().toList();
  }

  private static List<Integer> falling(List<Integer> vectors) {
    return vectors.stream().sorted(Collections.reverseOrder()).toList();
  }

  private static List<Instruction> sendingEach(Cpu sender, Cpu target, List<Integer> vectors) {
    List<Instruction> block = new ArrayList<>();
    for (int vector : vectors) {
      block.addAll(
          sender.lapic().sending(InterruptCommand.fixed(vector).withDestination(target.apicId())));
    }
    return block;
  }

  private static void verifyAllArriveHighestFirst(
      Machine machine, Cpu sender, Cpu target, List<Integer> vectors) {
    // back to back
    sender.run(sendingEach(sender, target, vectors));
    machine.settle(() -> target.lapic().irr().size() == vectors.size());
    assertThat(target.lapic().irr().stream().boxed())
        .as("IRR")
        .containsExactlyInAnyOrderElementsOf(vectors);
    Counter taken = target.countInterrupts(Vectors.FIRST, Vectors.LAST);
    target.sti();
    machine.settle(() -> taken.count() >= vectors.size());
    assertThat(taken.vectors()).as("vectors in the order of delivery").isEqualTo(falling(vectors));
    machine.expectNothing();
    assertThat(taken).hasCount(vectors.size());
    assertThat(target.lapic()).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-026")
  void aHundredVectorsAllArriveHighestFirst(Machine machine, Cpu cpu) {
    verifyAllArriveHighestFirst(machine, cpu, machine.cpu(1), mixed(0x20, 100, 37));
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-026")
  void everyVectorArrivesHighestFirst(Machine machine, Cpu cpu) {
    verifyAllArriveHighestFirst(
        machine, cpu, machine.cpu(1), mixed(Vectors.FIRST, Vectors.LAST - Vectors.FIRST, 101));
  }

  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers("LAPIC-ICR-026")
  void vectorsFromSeveralSendersAllArrive(Machine machine) {
    Cpu target = machine.cpu(3);
    List<Integer> vectors = new ArrayList<>();
    List<BlockRun> runs = new ArrayList<>();
    for (int sender = 0; sender < 3; sender++) {
      List<Integer> share = mixed(0x30 + 0x40 * sender, 0x40, 5);
      runs.add(machine.cpu(sender).start(sendingEach(machine.cpu(sender), target, share)));
      vectors.addAll(share);
    }
    runs.forEach(BlockRun::values);
    machine.settle(() -> target.lapic().irr().size() == vectors.size());
    Counter taken = target.countInterrupts(Vectors.FIRST, Vectors.LAST);
    target.sti();
    machine.settle(() -> taken.count() >= vectors.size());
    assertThat(taken.vectors()).as("vectors in the order of delivery").isEqualTo(falling(vectors));
    machine.expectNothing();
    assertThat(taken).hasCount(vectors.size());
  }

  @InEachApicMode
  @Covers("LAPIC-ICR-026")
  void repetitionsOfAPendingVectorCollapse(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    cpu.run(sendingEach(cpu, target, Collections.nCopies(16, VECTOR)));
    machine.expectNothing();
    assertThat(target.lapic()).requests(VECTOR).isServicingNothing();
    target.sti();
    target.serve(VECTOR);
    machine.expectNothing();
    assertThat(target.lapic()).isIdle().hasNoErrors();
    assertThat(cpu.lapic()).isIdle().hasNoErrors();
  }

  @InEachApicMode
  @Sweep
  @Covers("LAPIC-ICR-029")
  void wakesAHaltedProcessor(Machine machine, Cpu cpu, Cases cases) {
    Cpu target = machine.cpu(1);
    cases.each(
        List.of(Shorthand.NONE, Shorthand.ALL_EXCLUDING_SELF),
        shorthand -> {
          long marker = machine.scratch(0);
          target.run(new Instruction.Store(marker, 4, 0));
          BlockRun run =
              target.start(
                  new Instruction.Sti(),
                  new Instruction.Hlt(),
                  new Instruction.Store(marker, 4, 1));
          machine.expectNothing();
          assertThat(run.running()).as("halted").isTrue();
          cpu.lapic()
              .send(
                  InterruptCommand.fixed(VECTOR)
                      .withShorthand(shorthand)
                      .withDestination(target.apicId()));
          assertThat(target.takeInterrupt(VECTOR)).interruptedAt(run, 2);
          assertThat(cpu.read32(marker))
              .as("what stands behind HLT, before the handler is left")
              .isZero();
          target.finishInterrupt();
          run.values();
          assertThat(cpu.read32(marker)).as("what stands behind HLT").isEqualTo(1);
          target.cli();
        });
  }

  @Test
  @Covers("LAPIC-ICR-027")
  void theReceiversLogicalIdDecidesFromTheNextIpiOn(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int bit = 0; bit < 8; bit++) {
      LogicalIds.set(target, 1 << bit);
      for (int other = 0; other < 8; other++) {
        int set = 1 << other;
        boolean hit = bit == other;
        receivers.verify(
            cpu,
            InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(set),
            each -> hit && each == target);
      }
    }
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-027")
  void theModelsOfReceiversDecideFromTheNextIpiOn(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    InterruptCommand command =
        InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(0x12);
    Receivers receivers = Receivers.of(machine, VECTOR);
    LogicalIds.set(target, 0x21);
    // flat: no bit in common; with 31h there is one
    receivers.verify(cpu, command, each -> false);
    LogicalIds.set(target, 0x31);
    receivers.verify(cpu, command, each -> each == target);
    // cluster: 3 is not 1, whatever the bits
    LogicalIds.chooseClusterModel(machine);
    receivers.verify(cpu, command, each -> false);
    LogicalIds.set(target, 0x12);
    receivers.verify(cpu, command, each -> each == target);
    receivers.verifyQuiet();
  }

  @Test
  @Covers("LAPIC-ICR-027")
  void theSendersLogicalIdDoesNotMatter(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    LogicalIds.set(target, 0x08);
    Receivers receivers = Receivers.of(machine, VECTOR);
    for (int bit = 0; bit < 8; bit++) {
      LogicalIds.set(cpu, 1 << bit & ~0x08);
      for (int set : new int[] {0x08, 0x00}) {
        receivers.verify(
            cpu,
            InterruptCommand.fixed(VECTOR).withLogical(true).withDestination(set),
            each -> set != 0 && each == target);
      }
    }
    receivers.verifyQuiet();
  }

  @Test
  @Requires(Feature.X2APIC)
  @Covers("LAPIC-ICR-028")
  void mixedModesWorkInBothDirectionsOrInNone(Machine machine, Cpu cpu) {
    Cpu target = machine.cpu(1);
    target.lapic().enterX2apic();
    Receivers receivers = Receivers.of(machine, VECTOR);
    List<Cpu> there =
        receivers.observe(cpu, InterruptCommand.fixed(VECTOR).withDestination(target.apicId()));
    List<Cpu> back =
        receivers.observe(target, InterruptCommand.fixed(VECTOR).withDestination(cpu.apicId()));
    machine.observe(
        "receivers of IPIs from " + ApicMode.XAPIC + " to " + ApicMode.X2APIC + " and back",
        List.of(there, back));
    assertThat(List.of(there, back))
        .isIn(List.of(List.of(target), List.of(cpu)), List.of(List.of(), List.of()));
    receivers.verifyQuiet();
  }

  /**
   * Each processor has requests and interrupts in service: an IPI adds one request to its
   * receivers, and to nothing else.
   */
  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers({"LAPIC-ICR-005", "LAPIC-ICR-014", "LAPIC-ICR-015"})
  void nobodyElseChanges(Machine machine) {
    LogicalIds.flat(machine);
    List<LapicState> expected = new ArrayList<>();
    for (Cpu cpu : machine.cpus()) {
      int own = cpu.index() & 7;
      cpu.sti();
      cpu.lapic().sendSelfIpi(0x30 + own);
      cpu.takeInterrupt(0x30 + own);
      cpu.lapic().sendSelfIpi(0x20 + own);
      cpu.lapic().setTpr(0x10 + own);
      expected.add(LapicState.of(cpu.lapic()));
    }
    int vector = 0x40;
    for (Cpu sender : machine.cpus().subList(0, 4)) {
      for (Shorthand shorthand : Shorthand.values()) {
        for (Cpu named : machine.cpus().subList(0, 4)) {
          for (boolean logical : new boolean[] {false, true}) {
            InterruptCommand command =
                Commands.addressedTo(
                    named,
                    InterruptCommand.fixed(vector).withLogical(logical).withShorthand(shorthand));
            sender.lapic().send(command);
            for (Cpu cpu : machine.cpus()) {
              boolean receives =
                  shorthand == Shorthand.NONE
                      ? cpu == named
                      : Commands.selects(shorthand, sender, cpu);
              LapicState state = expected.get(cpu.index());
              state.irr().set(vector, receives || state.irr().contains(vector));
              machine.settle(() -> LapicState.of(cpu.lapic()).equals(state));
              assertThat(LapicState.of(cpu.lapic()))
                  .as(() ->
                      "state of " + cpu + " after " + Commands.text(command) + " from " + sender)
                  .isEqualTo(state);
            }
            vector++;
          }
        }
      }
    }
    // 128 vectors, all pending now
    for (Cpu cpu : machine.cpus()) {
      cpu.lapic().setTpr(0);
      Counter taken = cpu.countInterrupts(Vectors.FIRST, Vectors.LAST);
      int pending = expected.get(cpu.index()).irr().size();
      cpu.finishInterrupt();
      machine.settle(() -> taken.count() >= pending);
      assertThat(taken).hasCount(pending);
      assertThat(cpu.lapic()).isIdle();
    }
  }
}
