package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.MessageAddress;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Masks, conditions and pending bits as the specification has them, followed step by step beside a
 * source of messages (PCI Local Bus Specification, "Per-vector Masking and Function Masking"): a
 * masked vector remembers its condition until it is unmasked or the condition is satisfied.
 */
public final class MaskModel {
  private static final int BASE = 0x40;
  private static final int VECTORS = 0x80;

  private final Machine machine;
  private final MessageSource source;
  private final Counter taken;
  private final BitSet masks = new BitSet();
  private final BitSet conditions = new BitSet();
  private final BitSet pending = new BitSet();
  private boolean functionMask;

  /** A step. */
  public sealed interface Step {
    /**
     * The mask bit of a vector changes.
     *
     * @param vector which one
     */
    record ToggleMask(int vector) implements Step {}

    /**
     * The condition of a vector becomes true or false.
     *
     * @param vector which one
     */
    record ToggleCondition(int vector) implements Step {}

    /** The function mask changes. */
    record ToggleFunctionMask() implements Step {}
  }

  /** Enables the source with all vectors unmasked; processor 0 takes its messages with IF=1. */
  public MaskModel(Machine machine, MessageSource source) {
    this.machine = machine;
    this.source = source;
    Cpu cpu = machine.cpu(0);
    taken = cpu.countInterrupts(BASE, BASE + VECTORS - 1);
    cpu.sti();
    source.setEnabled(false);
    source.aim(MessageAddress.physical(cpu.apicId()).physicalAddress(), BASE);
    if (source.hasFunctionMask()) {
      source.setFunctionMask(false);
    }
    source.vectors().forEach(vector -> source.setMask(vector, false));
    source.setEnabled(true);
  }

  /** All steps that a source has with some of its vectors. */
  public static List<Step> steps(MessageSource source, List<Integer> vectors) {
    List<Step> steps = new ArrayList<>();
    for (int vector : vectors) {
      steps.add(new Step.ToggleMask(vector));
      steps.add(new Step.ToggleCondition(vector));
    }
    if (source.hasFunctionMask()) {
      steps.add(new Step.ToggleFunctionMask());
    }
    return steps;
  }

  private boolean isMasked(int vector) {
    return functionMask || masks.get(vector);
  }

  /**
   * Does a step, and fails unless exactly the messages come and the pending bits are as they must.
   */
  public void take(Step step, List<Integer> watched) {
    TreeSet<Integer> sent = new TreeSet<>();
    taken.clear();
    switch (step) {
      case Step.ToggleMask(int vector) -> {
        masks.flip(vector);
        source.setMask(vector, masks.get(vector));
      }
      case Step.ToggleFunctionMask() -> {
        functionMask = !functionMask;
        source.setFunctionMask(functionMask);
      }
      case Step.ToggleCondition(int vector) -> {
        conditions.flip(vector);
        boolean condition = conditions.get(vector);
        source.function().interrupt(vector, condition);
        if (condition && !isMasked(vector)) {
          sent.add(BASE + vector);
        }
        pending.set(vector, condition && isMasked(vector));
      }
    }
    for (int vector : source.vectors()) {
      if (pending.get(vector) && !isMasked(vector)) {
        pending.clear(vector);
        sent.add(BASE + vector);
      }
    }
    machine.settle(() -> taken.count() >= sent.size());
    assertThat(taken.vectors().stream().sorted().toList())
        .as(() -> "messages after " + step)
        .isEqualTo(List.copyOf(sent));
    for (int vector : watched) {
      assertThat(source.pending(vector))
          .as(() -> "pending bit " + vector + " after " + step)
          .isEqualTo(pending.get(vector));
    }
  }

  /** Ends all conditions and masks, one by one. */
  public void finish() {
    List<Integer> all = source.vectors();
    for (int vector : all) {
      if (conditions.get(vector)) {
        take(new Step.ToggleCondition(vector), List.of(vector));
      }
      if (masks.get(vector)) {
        take(new Step.ToggleMask(vector), List.of(vector));
      }
    }
    if (functionMask) {
      take(new Step.ToggleFunctionMask(), List.of());
    }
  }

  /** Fails if a message comes late. */
  public void verifyQuiet() {
    taken.clear();
    machine.expectNothing();
    assertThat(taken.vectors()).as("late messages").isEmpty();
    assertThat(machine.cpu(0).lapic()).isIdle();
  }

  /** All sequences of a length of some steps, each as the number of a case. */
  public static List<Step> sequence(int number, int length, List<Step> steps) {
    return IntStream.range(0, length)
        .mapToObj(place -> steps.get(number / power(steps.size(), place) % steps.size()))
        .toList();
  }

  /** How many sequences there are. */
  public static int power(int base, int exponent) {
    int result = 1;
    for (int i = 0; i < exponent; i++) {
      result *= base;
    }
    return result;
  }
}
