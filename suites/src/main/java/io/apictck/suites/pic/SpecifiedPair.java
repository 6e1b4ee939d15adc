package io.apictck.suites.pic;

import io.apictck.arch.PicCommand;
import io.apictck.suites.support.Pics;
import java.util.OptionalInt;

/**
 * The pair as the data sheet describes it: the slave's INT output is an input of the master.
 *
 * <p>A step after which something is left open is marked by {@link #isOpen}.
 */
final class SpecifiedPair {
  private final SpecifiedChip master;
  private final SpecifiedChip slave;
  private boolean open;

  SpecifiedPair(int masterIcw4, int slaveIcw4) {
    this(new SpecifiedChip(true, masterIcw4), new SpecifiedChip(false, slaveIcw4));
  }

  private SpecifiedPair(SpecifiedChip master, SpecifiedChip slave) {
    this.master = master;
    this.slave = slave;
  }

  SpecifiedPair copy() {
    return new SpecifiedPair(master.copy(), slave.copy());
  }

  SpecifiedChip master() {
    return master;
  }

  SpecifiedChip slave() {
    return slave;
  }

  SpecifiedChip chip(boolean isMaster) {
    return isMaster ? master : slave;
  }

  /** Whether the data sheet leaves open what came of the steps so far. */
  boolean isOpen() {
    return open || master.isOpen() || slave.isOpen();
  }

  void drive(int irq, boolean high) {
    SpecifiedChip chip = irq < Irqs.LEVELS ? master : slave;
    open |= chip.drive(Pics.level(irq), high);
    settle();
  }

  /** The slave's INT output reaches the master; that it falls without acknowledge is left open. */
  void settle() {
    open |= master.drive(PicCommand.CASCADE, slave.candidate().isPresent());
  }

  /** Two INTA pulses; gives the vector, nothing if INTR is inactive. */
  OptionalInt acknowledge() {
    OptionalInt level = master.candidate();
    if (level.isEmpty()) {
      return level;
    }
    master.acknowledge(level.getAsInt());
    if (level.getAsInt() != PicCommand.CASCADE) {
      settle();
      return OptionalInt.of(Pics.MASTER_BASE + level.getAsInt());
    }
    int ofSlave = slave.candidate().orElseThrow();
    slave.acknowledge(ofSlave);
    // INT goes low with the acknowledge
    master.drive(PicCommand.CASCADE, false);
    settle();
    return OptionalInt.of(Pics.SLAVE_BASE + ofSlave);
  }
}
