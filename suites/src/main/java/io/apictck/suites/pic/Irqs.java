package io.apictck.suites.pic;

import io.apictck.arch.PicCommand;
import io.apictck.suites.support.Pics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** ISA interrupts as inputs of the pair, and their order (Intel 8259A data sheet). */
final class Irqs {
  /** Levels of one chip. */
  static final int LEVELS = 8;

  /** Bits of the master's edge/level control register that can be set: inputs 3 to 7. */
  static final int MASTER_LEVEL_CAPABLE = 0xF8;

  /** Bits of the slave's: all but ISA interrupts 8 and 13. */
  static final int SLAVE_LEVEL_CAPABLE = 0xDE;

  private Irqs() {}

  /** Those of the master that the platform drives. */
  static List<Integer> ofMaster(Pics pics) {
    return pics.drivable().stream().filter(irq -> irq < LEVELS).toList();
  }

  /** Those of the slave that the platform drives. */
  static List<Integer> ofSlave(Pics pics) {
    return pics.drivable().stream().filter(irq -> irq >= LEVELS).toList();
  }

  /** Those that the platform drives and that can be level-triggered. */
  static List<Integer> levelCapable(Pics pics) {
    return pics.drivable().stream().filter(Irqs::isLevelCapable).toList();
  }

  private static boolean isLevelCapable(int irq) {
    int capable = irq < LEVELS ? MASTER_LEVEL_CAPABLE : SLAVE_LEVEL_CAPABLE;
    return (capable & Pics.bit(irq)) != 0;
  }

  /** All but one. */
  static List<Integer> without(List<Integer> irqs, int excluded) {
    return irqs.stream().filter(irq -> irq != excluded).toList();
  }

  /** The level of the master by which it asks: its own, or that of the slave. */
  static int masterLevel(int irq) {
    return irq < LEVELS ? irq : PicCommand.CASCADE;
  }

  /**
   * From the highest down, as a pair is left by initialization: the slave's stand where the master
   * has the slave.
   */
  static List<Integer> inOrder(List<Integer> irqs) {
    return irqs.stream()
        .sorted(Comparator.comparingInt(Irqs::masterLevel).thenComparingInt(Pics::level))
        .toList();
  }

  /** Inputs of one chip from the highest down, if {@code lowest} is its lowest level. */
  static List<Integer> inOrder(List<Integer> irqs, int lowest) {
    return irqs.stream().sorted(Comparator.comparingInt(irq -> distance(irq, lowest))).toList();
  }

  private static int distance(int irq, int lowest) {
    return Math.floorMod(Pics.level(irq) - lowest - 1, LEVELS);
  }

  /** Each with each other, both ways. */
  static List<Pair> pairs(List<Integer> irqs) {
    List<Pair> pairs = new ArrayList<>();
    for (int first : irqs) {
      for (int second : irqs) {
        if (first != second) {
          pairs.add(new Pair(first, second));
        }
      }
    }
    return pairs;
  }

  /**
   * Two interrupts.
   *
   * @param first ISA interrupt
   * @param second another one
   */
  record Pair(int first, int second) {}
}
