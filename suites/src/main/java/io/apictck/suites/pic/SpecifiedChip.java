package io.apictck.suites.pic;

import io.apictck.arch.PicCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * One 8259 as its data sheet describes it, as far as a random walk uses it: a level at a time, and
 * the order as a list.
 *
 * <p>Where the data sheet is open it says so: {@link #isOpen}.
 */
final class SpecifiedChip {
  private final boolean[] line = new boolean[Irqs.LEVELS];
  private final boolean[] levelTriggered = new boolean[Irqs.LEVELS];
  private final boolean[] edge = new boolean[Irqs.LEVELS];
  private final boolean[] masked = new boolean[Irqs.LEVELS];
  private final boolean[] inService = new boolean[Irqs.LEVELS];

  /** From the highest down. */
  private final List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7));

  private final boolean hasSlave;
  private boolean automaticEnd;
  private boolean specialFullyNested;
  private boolean specialMask;

  /** Initialized, all inputs masked, edge-triggered and low. */
  SpecifiedChip(boolean hasSlave, int icw4) {
    this.hasSlave = hasSlave;
    automaticEnd = (icw4 & PicCommand.ICW4_AEOI) != 0;
    specialFullyNested = (icw4 & PicCommand.ICW4_SFNM) != 0;
    Arrays.fill(masked, true);
  }

  SpecifiedChip copy() {
    SpecifiedChip copy = new SpecifiedChip(hasSlave, 0);
    for (boolean[][] arrays :
        new boolean[][][] {
          {line, copy.line},
          {levelTriggered, copy.levelTriggered},
          {edge, copy.edge},
          {masked, copy.masked},
          {inService, copy.inService}
        }) {
      System.arraycopy(arrays[0], 0, arrays[1], 0, Irqs.LEVELS);
    }
    copy.order.clear();
    copy.order.addAll(order);
    copy.automaticEnd = automaticEnd;
    copy.specialFullyNested = specialFullyNested;
    copy.specialMask = specialMask;
    return copy;
  }

  // ---- what is done to it ----

  void setLevelTriggered(int bits) {
    set(levelTriggered, bits);
  }

  void setMask(int bits) {
    set(masked, bits);
  }

  private static void set(boolean[] array, int bits) {
    for (int level = 0; level < array.length; level++) {
      array[level] = (bits & 1 << level) != 0;
    }
  }

  /** Drives an input; whether an edge that nobody acknowledged is lost, which is left open. */
  boolean drive(int level, boolean high) {
    boolean lost = !high && edge[level];
    if (high && !line[level] && !levelTriggered[level]) {
      edge[level] = true;
    }
    line[level] = high;
    if (!high) {
      edge[level] = false;
    }
    return lost;
  }

  void setSpecialMask(boolean on) {
    specialMask = on;
  }

  void acknowledge(int level) {
    edge[level] = false;
    inService[level] = !automaticEnd;
  }

  void end(int level) {
    inService[level] = false;
  }

  void makeLowest(int level) {
    while (order.getLast() != level) {
      order.addLast(order.removeFirst());
    }
  }

  // ---- what can be seen of it ----

  int imr() {
    return bits(level -> masked[level]);
  }

  int isr() {
    return bits(level -> inService[level]);
  }

  int irr() {
    return bits(this::requests);
  }

  /** Bits of IRR that are left open: a level stays asserted while it is in service. */
  int openIrr() {
    return bits(level -> levelTriggered[level] && inService[level] && line[level]);
  }

  boolean isInService(int level) {
    return inService[level];
  }

  private boolean requests(int level) {
    return levelTriggered[level] ? line[level] : edge[level];
  }

  private static int bits(IntPredicate predicate) {
    return IntStream.range(0, Irqs.LEVELS)
        .filter(predicate)
        .map(level -> 1 << level)
        .reduce(0, (all, bit) -> all | bit);
  }

  /** The level that is taken at the next acknowledge. */
  OptionalInt candidate() {
    return candidate(level -> inService[level] && !(specialMask && masked[level]));
  }

  private OptionalInt candidate(IntPredicate inhibits) {
    return order.stream()
        .mapToInt(Integer::intValue)
        .filter(level -> requests(level) && !masked[level])
        .filter(level -> order.stream().noneMatch(other -> holdsBack(other, level, inhibits)))
        .findFirst();
  }

  private boolean holdsBack(int other, int level, IntPredicate inhibits) {
    if (!inhibits.test(other)) {
      return false;
    }
    if (other == level) {
      return !(specialFullyNested && hasSlave && level == PicCommand.CASCADE);
    }
    return order.indexOf(other) < order.indexOf(level);
  }

  /** What non-specific EOI ends. */
  OptionalInt ending() {
    return order.stream()
        .mapToInt(Integer::intValue)
        .filter(level -> inService[level] && !(specialMask && masked[level]))
        .findFirst();
  }

  /**
   * Whether the candidate depends on a reading of special mask mode: that it frees what is masked,
   * or all other levels.
   */
  boolean isOpen() {
    if (!specialMask) {
      return false;
    }
    OptionalInt frees = IntStream.range(0, Irqs.LEVELS).filter(this::isFreed).findFirst();
    return frees.isPresent() && !candidate().equals(candidateIfOthersAreFree());
  }

  private boolean isFreed(int level) {
    return inService[level] && !masked[level];
  }

  private OptionalInt candidateIfOthersAreFree() {
    return order.stream()
        .mapToInt(Integer::intValue)
        .filter(level -> requests(level) && !masked[level] && !inService[level])
        .findFirst();
  }
}
