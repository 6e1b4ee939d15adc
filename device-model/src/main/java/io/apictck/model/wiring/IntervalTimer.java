package io.apictck.model.wiring;

import io.apictck.model.bus.PortDevice;

/**
 * Channel 0 of the 8254 timer of a PC, whose output is ISA interrupt 0 (Intel 8254 data sheet,
 * "Mode Definitions" and "Read Operations").
 *
 * <p>Supported: modes 0, 2, 3 and 4, binary counts, counter latch and read-back commands. Modes 1
 * and 5 wait for a gate trigger, and the gate of channel 0 never changes. The input clock is that
 * of {@link #HERTZ} and has no drift against virtual time.
 *
 * <p>Not supported: BCD (bit 0 of the control word just reads back), channels 1 and 2, which
 * interrupt nobody: they read as ones.
 *
 * <p>Open points, decided: at power-on the output is low and stays so until software writes a
 * control word; in mode 3 a new count is taken at the end of a whole period; a count of 1 in modes
 * 2 and 3, which is illegal, makes no pulse.
 */
public class IntervalTimer implements PortDevice {
  /** Input clock in ticks a second. */
  public static final int HERTZ = 1_193_182;

  /** Port of the counter of channel 0. */
  public static final int COUNTER = 0x40;

  /** Port of the control word. */
  public static final int CONTROL = 0x43;

  private static final int UNCLAIMED = 0xFF;
  private static final int BYTE = 0xFF;
  private static final int READ_BACK = 3;
  private static final int MAX_COUNT = 0x1_0000;
  private static final int NONE = -1;

  private static final int LOW_BYTE = 1;
  private static final int HIGH_BYTE = 2;

  final SourceWorld world;
  final Frequency clock;

  private int control;
  private boolean counting;
  private boolean output;

  /** The tick at which the counter holds {@link #count}. */
  private long start;

  private int count;
  private int nextCount;
  private long nextStart;

  private boolean secondWrite;
  private int firstByte;
  private boolean secondRead;
  private int latchedCount;
  private int latchedStatus;

  /** A timer; {@link #reset} comes before all else. */
  public IntervalTimer(SourceWorld world) {
    this(world, HERTZ);
  }

  IntervalTimer(SourceWorld world, long hertz) {
    this.world = world;
    this.clock = new Frequency(hertz);
  }

  /** Power-on state. */
  public void reset() {
    output = false;
    select(0);
  }

  /** The time that was asked for is there. */
  public void advance() {
    update();
  }

  @Override
  public int read(int port, int width) {
    int value = 0;
    for (int i = 0; i < width; i++) {
      value |= (port + i == COUNTER ? readCounter() : UNCLAIMED) << (Byte.SIZE * i);
    }
    return value;
  }

  @Override
  public void write(int port, int width, int value) {
    for (int i = 0; i < width; i++) {
      int written = value >>> (Byte.SIZE * i) & BYTE;
      switch (port + i) {
        case COUNTER -> writeCounter(written);
        case CONTROL -> writeControl(written);
        default -> {
          // channels 1 and 2
        }
      }
    }
    update();
  }

  /** Modes 6 and 7 are 2 and 3. */
  private int mode() {
    int mode = control >>> 1 & 7;
    return mode > 5 ? mode - 4 : mode;
  }

  private boolean isPeriodic() {
    return mode() == 2 || mode() == 3;
  }

  private int access() {
    return control >>> 4 & 3;
  }

  private void writeControl(int value) {
    int channel = value >>> 6;
    if (channel == READ_BACK) {
      readBack(value);
    } else if (channel == 0) {
      if ((value >>> 4 & 3) == 0) {
        latchCount();
      } else {
        select(value);
      }
    }
  }

  private void select(int value) {
    control = value;
    counting = false;
    nextCount = 0;
    secondWrite = false;
    secondRead = false;
    latchedCount = NONE;
    latchedStatus = NONE;
  }

  private void readBack(int value) {
    boolean channel0 = (value & 1 << 1) != 0;
    if (channel0 && (value & 1 << 4) == 0 && latchedStatus == NONE) {
      latchedStatus = status();
    }
    if (channel0 && (value & 1 << 5) == 0) {
      latchCount();
    }
  }

  private void latchCount() {
    if (latchedCount == NONE) {
      latchedCount = countNow();
    }
  }

  /** OUT, null count, and the control word. */
  private int status() {
    boolean nullCount = !counting || nextCount != 0 || now() < start;
    return (output ? 1 << 7 : 0) | (nullCount ? 1 << 6 : 0) | (control & 0x3F);
  }

  private void writeCounter(int value) {
    switch (access()) {
      case LOW_BYTE -> load(value);
      case HIGH_BYTE -> load(value << Byte.SIZE);
      default -> {
        if (secondWrite) {
          load(value << Byte.SIZE | firstByte);
        } else {
          firstByte = value;
          // the first byte stops mode 0 until the second is there
          counting &= mode() != 0;
        }
        secondWrite = !secondWrite;
      }
    }
  }

  private void load(int value) {
    if (control == 0) {
      return;
    }
    int loaded = value == 0 ? MAX_COUNT : value;
    long now = now();
    if (counting && isPeriodic() && now >= start) {
      nextCount = loaded;
      nextStart = now + count - (now - start) % count;
    } else {
      count = loaded;
      start = now + 1;
      counting = true;
    }
  }

  private int readCounter() {
    if (latchedStatus != NONE) {
      int status = latchedStatus;
      latchedStatus = NONE;
      return status;
    }
    int value = latchedCount == NONE ? countNow() : latchedCount;
    boolean high = access() == HIGH_BYTE || secondRead;
    boolean last = high || access() == LOW_BYTE;
    secondRead = !last;
    if (last) {
      latchedCount = NONE;
    }
    return (high ? value >>> Byte.SIZE : value) & BYTE;
  }

  private int countNow() {
    long elapsed = now() - start;
    if (!counting || elapsed < 0) {
      return count & 0xFFFF;
    }
    int position = (int) (elapsed % count);
    return switch (mode()) {
          case 2 -> count - position;
          case 3 -> squareWaveCount(position);
          default -> (int) (count - elapsed);
        }
        & 0xFFFF;
  }

  /** Mode 3 counts an even number down by two, twice a period. */
  private int squareWaveCount(int position) {
    int odd = count & 1;
    int step = position < highTicks() ? Math.max(0, position - odd) : position - highTicks();
    return count - odd - 2 * step;
  }

  private int highTicks() {
    return (count + 1) / 2;
  }

  private long now() {
    return clock.ticksAt(world.nanos());
  }

  /** The output at a tick. */
  private boolean outputAt(long tick) {
    long elapsed = tick - start;
    if (!counting || elapsed < 0 || (isPeriodic() && count == 1)) {
      return control != 0 && mode() != 0;
    }
    return switch (mode()) {
      case 0 -> elapsed >= count;
      case 2 -> elapsed % count != count - 1;
      case 3 -> elapsed % count < highTicks();
      case 4 -> elapsed != count;
      default -> true;
    };
  }

  /** The first tick after this one at which the output changes; negative for never. */
  private long nextChange(long tick) {
    if (!counting || (isPeriodic() && count == 1)) {
      return NONE;
    }
    long elapsed = Math.max(0, tick - start);
    long position = elapsed % count;
    return switch (mode()) {
      case 0 -> elapsed < count ? start + count : NONE;
      case 2 -> start + elapsed - position + (position < count - 1 ? count - 1 : count);
      case 3 -> start + elapsed - position + (position < highTicks() ? highTicks() : count);
      case 4 -> elapsed < count ? start + count : elapsed == count ? tick + 1 : NONE;
      default -> NONE;
    };
  }

  void update() {
    long now = now();
    if (nextCount != 0 && now >= nextStart) {
      start = nextStart;
      count = nextCount;
      nextCount = 0;
    }
    boolean level = outputAt(now);
    if (level != output) {
      output = level;
      world.output(level);
    }
    long change = nextChange(now);
    world.due(change < 0 ? Long.MAX_VALUE : clock.nanosOf(change));
  }
}
