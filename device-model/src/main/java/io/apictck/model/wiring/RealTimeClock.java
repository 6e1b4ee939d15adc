package io.apictck.model.wiring;

import io.apictck.model.bus.PortDevice;
import java.util.Arrays;

/**
 * The periodic interrupt of the MC146818 clock of a PC, which is ISA interrupt 8 (Motorola MC146818
 * data sheet, "Interrupts" and "Periodic Interrupt Selection").
 *
 * <p>Supported: the index and data ports, all rates, PF and IRQF of register C, which a read
 * clears. The interrupt output stays asserted while IRQF is set. Periods are counted from power-on;
 * PF is set whether or not somebody asked for the interrupt.
 *
 * <p>Not supported: the time of day, alarm and update-ended interrupts, the square-wave output; the
 * registers of these are mere memory. Deliberate deviation: at power-on the periodic interrupt is
 * off and the divider runs, as firmware leaves it.
 */
public class RealTimeClock implements PortDevice {
  /** Port of the index; the data port follows. */
  public static final int INDEX = 0x70;

  private static final int UNCLAIMED = 0xFF;
  private static final int REGISTERS = 128;
  private static final int HERTZ = 32_768;

  private static final int A = 0x0A;
  private static final int B = 0x0B;
  private static final int C = 0x0C;
  private static final int D = 0x0D;

  private static final int A_AT_POWER_ON = 0x26;
  private static final int B_AT_POWER_ON = 0x02;
  private static final int DIVIDER = 0x70;
  private static final int DIVIDER_RUNS = 0x20;
  private static final int UIP = 1 << 7;
  private static final int PIE = 1 << 6;
  private static final int PF = 1 << 6;
  private static final int IRQF = 1 << 7;
  private static final int VALID = 1 << 7;

  final SourceWorld world;
  private final Frequency clock = new Frequency(HERTZ);
  private final int[] registers = new int[REGISTERS];
  private int index;
  private boolean output;

  /** Until this tick periods were looked at. */
  private long seen;

  /** A clock; {@link #reset} comes before all else. */
  public RealTimeClock(SourceWorld world) {
    this.world = world;
  }

  /** Power-on state. */
  public void reset() {
    Arrays.fill(registers, 0);
    registers[A] = A_AT_POWER_ON;
    registers[B] = B_AT_POWER_ON;
    index = D;
    output = false;
    seen = 0;
  }

  /** The time that was asked for is there. */
  public void advance() {
    update();
  }

  @Override
  public int read(int port, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (port + i == INDEX + 1 ? readRegister() : UNCLAIMED) << (Byte.SIZE * i);
    }
    return value;
  }

  @Override
  public void write(int port, int width, int value) {
    for (int i = 0; i < width; i++) {
      int written = value >>> (Byte.SIZE * i) & 0xFF;
      if (port + i == INDEX) {
        index = written & (REGISTERS - 1);
      } else if (port + i == INDEX + 1) {
        writeRegister(written);
      }
    }
  }

  private int readRegister() {
    update();
    return switch (index) {
      case C -> readFlags();
      case D -> VALID;
      default -> registers[index];
    };
  }

  private int readFlags() {
    int flags = registers[C] | (interrupts() ? IRQF : 0);
    flagsRead();
    update();
    return flags;
  }

  /** Register C was read. */
  void flagsRead() {
    clearFlags();
  }

  final void clearFlags() {
    registers[C] = 0;
  }

  private void writeRegister(int value) {
    // what happened so far happened at the old rate
    update();
    switch (index) {
      case A -> registers[A] = value & ~UIP;
      case C, D -> {
        // read-only
      }
      default -> registers[index] = value;
    }
    update();
  }

  /** Ticks between two periodic interrupts, 0 for none. */
  long period() {
    int rate = registers[A] & 0xF;
    if (rate == 0 || (registers[A] & DIVIDER) != DIVIDER_RUNS) {
      return 0;
    }
    // rates 1 and 2 are those of 8 and 9
    return 1L << (rate < 3 ? rate + 6 : rate - 1);
  }

  /** IRQF. */
  boolean interrupts() {
    return (registers[C] & registers[B] & PF & PIE) != 0;
  }

  private void update() {
    long now = clock.ticksAt(world.nanos());
    long period = period();
    if (period != 0 && now / period > seen / period) {
      registers[C] |= PF;
    }
    seen = now;
    if (interrupts() != output) {
      output = !output;
      world.output(output);
    }
    boolean awaited = period != 0 && (registers[B] & PIE) != 0 && !output;
    world.due(awaited ? clock.nanosOf((now / period + 1) * period) : Long.MAX_VALUE);
  }
}
