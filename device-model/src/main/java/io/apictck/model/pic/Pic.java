package io.apictck.model.pic;

import static io.apictck.arch.PicCommand.CASCADE;
import static io.apictck.arch.PicCommand.CLEAR_ROTATE_IN_AEOI;
import static io.apictck.arch.PicCommand.ESMM;
import static io.apictck.arch.PicCommand.ICW1;
import static io.apictck.arch.PicCommand.ICW1_IC4;
import static io.apictck.arch.PicCommand.ICW1_SNGL;
import static io.apictck.arch.PicCommand.ICW4_AEOI;
import static io.apictck.arch.PicCommand.ICW4_SFNM;
import static io.apictck.arch.PicCommand.NON_SPECIFIC_EOI;
import static io.apictck.arch.PicCommand.OCW3;
import static io.apictck.arch.PicCommand.POLL;
import static io.apictck.arch.PicCommand.RIS;
import static io.apictck.arch.PicCommand.ROTATE_IN_AEOI;
import static io.apictck.arch.PicCommand.ROTATE_ON_NON_SPECIFIC_EOI;
import static io.apictck.arch.PicCommand.ROTATE_ON_SPECIFIC_EOI;
import static io.apictck.arch.PicCommand.RR;
import static io.apictck.arch.PicCommand.SET_PRIORITY;
import static io.apictck.arch.PicCommand.SMM;
import static io.apictck.arch.PicCommand.SPECIFIC_EOI;

/**
 * One 8259A interrupt controller (Intel 8259A data sheet).
 *
 * <p>Supported: 8086 mode, edge and level inputs, fully nested mode, rotation, special mask mode,
 * special fully nested mode, automatic EOI, poll.
 *
 * <p>Not supported: MCS-80 vectors, buffered mode; LTIM, which the edge/level control registers of
 * a PC replace; the contents of ICW3, since the wiring of a PC is fixed.
 *
 * <p>Open points, decided: before its first initialization it requests nothing, and so it does
 * during a sequence; ICW1 clears ISR; an edge-triggered request is withdrawn when its line falls
 * before the acknowledge; automatic EOI and rotation work in a slave as in a master; without a
 * request an acknowledge gives level 7 and sets no ISR bit; in special mask mode a level in service
 * that is not masked still inhibits the lower ones, and non-specific EOI passes over masked levels.
 */
public class Pic {
  /** No level at all. */
  static final int NONE = -1;

  private static final int LEVELS = 8;
  private static final int LOWEST_LEVEL = LEVELS - 1;
  private static final int ALL = 0xFF;
  private static final int OCW2_LEVEL = 7;
  private static final int VECTOR_BASE = 0xF8;

  /** What a write to the odd port is. */
  enum Expected {
    OCW1,
    ICW2,
    ICW3,
    ICW4
  }

  /** Level that follows the INT output of another chip, {@link #NONE} if there is none. */
  final int cascade;

  int lines;

  /** Edge-triggered requests; levels are in {@link #lines}. */
  int edges;

  /** Bit n: input n is level-triggered. */
  int levelTriggered;

  int imr;
  int isr;
  int lowest;
  Expected expected = Expected.OCW1;
  boolean initialized;
  int icw1;
  int icw2;
  int icw4;
  boolean readsIsr;
  boolean polls;
  boolean specialMask;
  boolean rotatesInAeoi;

  /**
   * A chip; {@link #reset} comes before all else.
   *
   * @param master whether another one is wired to its input 2
   */
  public Pic(boolean master) {
    cascade = master ? CASCADE : NONE;
  }

  /** Power-on state, all lines inactive. */
  public void reset() {
    lines = 0;
    initialized = false;
    icw2 = 0;
    levelTriggered = cascade == NONE ? 0 : 1 << cascade;
    initialize(ICW1_IC4);
    expected = Expected.OCW1;
  }

  /** ICW1: the beginning of an initialization sequence. */
  void initialize(int word) {
    icw1 = word;
    icw4 = 0;
    expected = Expected.ICW2;
    initialized = false;
    edges = 0;
    imr = 0;
    isr = 0;
    lowest = LOWEST_LEVEL;
    readsIsr = false;
    polls = false;
    specialMask = false;
    rotatesInAeoi = false;
  }

  /** Chooses level-triggered inputs; a request of an input that changes is forgotten. */
  public void setLevelTriggered(int inputs) {
    int kept = cascade == NONE ? 0 : 1 << cascade;
    edges &= ~(inputs ^ levelTriggered);
    levelTriggered = inputs | kept;
  }

  /** Drives an input. */
  public void setLine(int level, boolean asserted) {
    int bit = 1 << level;
    if (asserted) {
      if ((lines & bit) == 0) {
        edges |= bit & ~levelTriggered;
      }
      lines |= bit;
    } else {
      lines &= ~bit;
      edges &= ~bit;
    }
  }

  int irr() {
    return edges | (lines & levelTriggered);
  }

  /** Level at a distance from the highest in the present order, 0 to 7. */
  int ranked(int rank) {
    return (lowest + 1 + rank) & LOWEST_LEVEL;
  }

  /** The highest of some levels in the present order, {@link #NONE} if there is none. */
  int highest(int levels) {
    for (int rank = 0; rank < LEVELS; rank++) {
      int level = ranked(rank);
      if ((levels & 1 << level) != 0) {
        return level;
      }
    }
    return NONE;
  }

  /** The level that the INT output stands for, {@link #NONE} if it is inactive. */
  int requested() {
    if (!initialized) {
      return NONE;
    }
    int pending = irr() & ~imr;
    int inhibiting = inhibiting();
    for (int rank = 0; rank < LEVELS; rank++) {
      int level = ranked(rank);
      int bit = 1 << level;
      if ((inhibiting & bit) != 0) {
        return (pending & bit) != 0 && nestsInItself(level) ? level : NONE;
      }
      if ((pending & bit) != 0) {
        return level;
      }
    }
    return NONE;
  }

  /** Levels in service that keep lower ones away. */
  int inhibiting() {
    return specialMask ? isr & ~imr : isr;
  }

  /** Special fully nested mode: a slave in service may ask again. */
  boolean nestsInItself(int level) {
    return level == cascade && (icw4 & ICW4_SFNM) != 0;
  }

  /** The INT output. */
  public boolean interrupts() {
    return requested() != NONE;
  }

  /**
   * First acknowledge pulse: the level goes into service. Returns it, {@link #NONE} if spurious.
   */
  int acknowledge() {
    int level = requested();
    if (level == NONE) {
      return NONE;
    }
    edges &= ~(1 << level);
    if ((icw4 & ICW4_AEOI) == 0) {
      isr |= 1 << level;
    } else if (rotatesInAeoi) {
      lowest = level;
    }
    return level;
  }

  /** The vector of a level; level 7 stands for none. */
  int vector(int level) {
    return (icw2 & VECTOR_BASE) | (level == NONE ? LOWEST_LEVEL : level);
  }

  /** Reads the even port. */
  int readStatus() {
    if (polls) {
      polls = false;
      int level = acknowledge();
      return level == NONE ? 0 : 1 << LOWEST_LEVEL | level;
    }
    return readsIsr ? isr : irr();
  }

  /** Reads the odd port. */
  int readMask() {
    return imr;
  }

  /** Writes the even port. */
  void command(int word) {
    if ((word & ICW1) != 0) {
      initialize(word);
    } else if ((word & OCW3) != 0) {
      operationCommand3(word);
    } else {
      operationCommand2(word);
    }
  }

  /** Writes the odd port. */
  void data(int word) {
    switch (expected) {
      case OCW1 -> imr = word;
      case ICW2 -> {
        icw2 = word;
        expected = (icw1 & ICW1_SNGL) == 0 ? Expected.ICW3 : afterIcw3();
      }
      case ICW3 -> expected = afterIcw3();
      case ICW4 -> {
        icw4 = word;
        expected = Expected.OCW1;
      }
    }
    initialized |= expected == Expected.OCW1;
  }

  private Expected afterIcw3() {
    return (icw1 & ICW1_IC4) == 0 ? Expected.OCW1 : Expected.ICW4;
  }

  void operationCommand2(int word) {
    int level = word & OCW2_LEVEL;
    switch (word & ~OCW2_LEVEL & ALL) {
      case NON_SPECIFIC_EOI -> end(ending());
      case SPECIFIC_EOI -> end(level);
      case ROTATE_ON_NON_SPECIFIC_EOI -> rotate(end(ending()));
      case ROTATE_ON_SPECIFIC_EOI -> rotate(end(level));
      case SET_PRIORITY -> rotate(level);
      case ROTATE_IN_AEOI -> rotatesInAeoi = true;
      case CLEAR_ROTATE_IN_AEOI -> rotatesInAeoi = false;
      default -> {
        // no operation
      }
    }
  }

  /** What non-specific EOI ends. */
  int ending() {
    return highest(inhibiting());
  }

  /** Takes a level out of service; returns it. */
  int end(int level) {
    if (level != NONE) {
      isr &= ~(1 << level);
    }
    return level;
  }

  /** Makes a level the lowest. */
  void rotate(int level) {
    if (level != NONE) {
      lowest = level;
    }
  }

  void operationCommand3(int word) {
    if ((word & ESMM) != 0) {
      specialMask = (word & SMM) != 0;
    }
    if ((word & RR) != 0) {
      readsIsr = (word & RIS) != 0;
    }
    if ((word & POLL) != 0) {
      polls = true;
    }
  }
}
