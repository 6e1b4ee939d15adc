package io.apictck.model.pic;

import io.apictck.arch.PicCommand;
import io.apictck.model.bus.PortDevice;

/**
 * The two 8259 controllers of a PC and their edge/level control registers (Intel 8259A data sheet,
 * "Cascade Mode"; Intel 82801 data sheets, "8259 Interrupt Controllers" and "ELCR").
 *
 * <p>Supported: the slave at level 2 of the master, ISA interrupts 0 to 15 but 2, ELCR; an access
 * of two or four bytes is one of each byte, lowest port first.
 *
 * <p>Not supported: aliases of the ports.
 *
 * <p>Open points, decided: INTR is low between two requests; if the slave has nothing left when it
 * is acknowledged, it gives its level 7 and stays without ISR bit.
 */
public class PicPair implements PortDevice {
  /** Even port of the master. */
  public static final int MASTER = 0x20;

  /** Even port of the slave. */
  public static final int SLAVE = 0xA0;

  /** Edge/level control register of the master; the slave's follows. */
  public static final int ELCR = 0x4D0;

  private static final int MASTER_LEVEL_CAPABLE = 0xF8;
  private static final int SLAVE_LEVEL_CAPABLE = 0xDE;
  private static final int LEVELS = 8;
  private static final int UNCLAIMED = 0xFF;

  final Pic master;
  final Pic slave;
  final boolean hasElcr;
  private final PicWorld world;
  private int masterElcr;
  private int slaveElcr;
  private boolean interruptRequest;

  /** A pair; {@link #reset} comes before all else. */
  public PicPair(Pic master, Pic slave, boolean hasElcr, PicWorld world) {
    this.master = master;
    this.slave = slave;
    this.hasElcr = hasElcr;
    this.world = world;
  }

  /** Power-on state, all lines inactive. */
  public void reset() {
    master.reset();
    slave.reset();
    setElcr(ELCR, 0);
    setElcr(ELCR + 1, 0);
    update();
  }

  /** Drives the line of an ISA interrupt, 0 to 15; 2 does not exist. */
  public void setLine(int irq, boolean asserted) {
    if (irq == PicCommand.CASCADE) {
      return;
    }
    if (irq < LEVELS) {
      master.setLine(irq, asserted);
    } else {
      slave.setLine(irq - LEVELS, asserted);
    }
    update();
  }

  /** The INTR output. */
  public boolean interrupts() {
    return interruptRequest;
  }

  /** The processor acknowledges: two INTA pulses. Returns the vector. */
  public int acknowledge() {
    int level = master.acknowledge();
    int vector =
        level == PicCommand.CASCADE ? slave.vector(slave.acknowledge()) : master.vector(level);
    if (interruptRequest) {
      interruptRequest = false;
      world.interruptRequest(false);
    }
    update();
    return vector;
  }

  /** Passes the slave's INT on to the master and the master's to the processors. */
  void update() {
    master.setLine(PicCommand.CASCADE, slave.interrupts());
    boolean requests = master.interrupts();
    if (requests != interruptRequest) {
      interruptRequest = requests;
      world.interruptRequest(requests);
    }
  }

  @Override
  public int read(int port, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= readByte(port + i) << (8 * i);
    }
    update();
    return value;
  }

  @Override
  public void write(int port, int width, int value) {
    for (int i = 0; i < width; i++) {
      writeByte(port + i, value >>> (8 * i) & 0xFF);
    }
    update();
  }

  int readByte(int port) {
    return switch (port) {
      case MASTER -> master.readStatus();
      case MASTER + 1 -> master.readMask();
      case SLAVE -> slave.readStatus();
      case SLAVE + 1 -> slave.readMask();
      case ELCR -> hasElcr ? masterElcr : UNCLAIMED;
      case ELCR + 1 -> hasElcr ? slaveElcr : UNCLAIMED;
      default -> UNCLAIMED;
    };
  }

  void writeByte(int port, int value) {
    switch (port) {
      case MASTER -> master.command(value);
      case MASTER + 1 -> master.data(value);
      case SLAVE -> slave.command(value);
      case SLAVE + 1 -> slave.data(value);
      case ELCR, ELCR + 1 -> setElcr(port, value);
      default -> {
        // nobody there
      }
    }
  }

  void setElcr(int port, int value) {
    if (!hasElcr) {
      return;
    }
    if (port == ELCR) {
      masterElcr = value & MASTER_LEVEL_CAPABLE;
      master.setLevelTriggered(masterElcr);
    } else {
      slaveElcr = value & SLAVE_LEVEL_CAPABLE;
      slave.setLevelTriggered(slaveElcr);
    }
  }
}
