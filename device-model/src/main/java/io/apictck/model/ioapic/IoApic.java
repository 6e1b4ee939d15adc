package io.apictck.model.ioapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.model.lapic.InterruptMessage;
import java.util.Arrays;

/**
 * An I/O APIC, version 20h (82093AA data sheet, "Register Description"; Intel 82801 data sheets,
 * "APIC Memory-Mapped Registers", for the EOI register).
 *
 * <p>Supported: 24 inputs, edge and level, remote IRR, EOI broadcasts and directed EOIs.
 *
 * <p>Not supported: pin assertion register, remappable format, extended destination IDs. Lines are
 * logical levels, so the polarity bit just reads back. Delivery status is always idle.
 *
 * <p>Open points, decided: reserved bits of entries and reserved registers read as zero, writes to
 * them are ignored; the arbitration ID follows writes to the ID; remote IRR is set only if a local
 * APIC accepted the message, and a level that nobody accepted is offered again when its entry is
 * written; making an entry edge-triggered clears remote IRR; only Fixed and lowest-priority entries
 * are level-triggered, others act as edges whatever their trigger bit says; delivery modes 011 and
 * 110 deliver nothing. Besides aligned 32-bit accesses, IOREGSEL can be accessed as a byte or word;
 * other accesses read as zero and write nothing.
 */
public class IoApic {
  /** Physical address of the register page. */
  public static final long ADDRESS = 0xFEC0_0000L;

  /** How many inputs. */
  public static final int INPUTS = 24;

  private static final long PAGE_SIZE = 0x1000;

  private static final int IOREGSEL = 0x00;
  private static final int IOWIN = 0x10;
  private static final int EOIR = 0x40;

  private static final int ID = 0x00;
  private static final int VERSION = 0x01;
  private static final int ARBITRATION = 0x02;
  private static final int TABLE = 0x10;

  private static final int ID_BITS = 0x0F00_0000;
  private static final int VERSION_VALUE = 0x20 | (INPUTS - 1) << 16;

  private final IoApicWorld world;
  final RedirectionEntry[] entries = new RedirectionEntry[INPUTS];
  final boolean[] lines = new boolean[INPUTS];
  private int selected;
  private int id;
  private int arbitrationId;

  /** An I/O APIC; {@link #reset} comes before all else. */
  public IoApic(IoApicWorld world) {
    this.world = world;
  }

  /** Power-on state, all lines inactive. */
  public void reset() {
    Arrays.fill(entries, RedirectionEntry.RESET);
    Arrays.fill(lines, false);
    selected = 0;
    id = 0;
    arbitrationId = 0;
  }

  /** Whether an address belongs to the register page. */
  public boolean decodes(long address) {
    return (address & -PAGE_SIZE) == ADDRESS;
  }

  /** Reads {@code width} bytes at an address of the register page. */
  public long read(long address, int width) {
    int offset = offset(address);
    if (offset == IOREGSEL && width <= Integer.BYTES) {
      return selected;
    }
    return offset == IOWIN && width == Integer.BYTES
        ? Integer.toUnsignedLong(readRegister(selected))
        : 0;
  }

  /** Writes {@code width} bytes at an address of the register page. */
  public void write(long address, int width, long value) {
    int offset = offset(address);
    if (offset == IOREGSEL && width <= Integer.BYTES) {
      selected = (int) value & 0xFF;
    } else if (width == Integer.BYTES) {
      switch (offset) {
        case IOWIN -> writeRegister(selected, (int) value);
        case EOIR -> endOfInterrupt((int) value & 0xFF);
        default -> {
          // Reserved.
        }
      }
    }
  }

  private static int offset(long address) {
    return (int) (address & PAGE_SIZE - 1);
  }

  private int readRegister(int index) {
    int input = input(index);
    if (input >= 0) {
      return (int) (entries[input].raw() >>> shift(index));
    }
    return switch (index) {
      case ID -> id;
      case VERSION -> VERSION_VALUE;
      case ARBITRATION -> arbitrationId;
      default -> 0;
    };
  }

  private void writeRegister(int index, int value) {
    int input = input(index);
    if (input >= 0) {
      long half = 0xFFFF_FFFFL << shift(index);
      long written = ((long) value << shift(index)) & half;
      writeEntry(input, (entries[input].raw() & ~half) | written);
    } else if (index == ID) {
      id = value & ID_BITS;
      arbitrationId = id;
    }
  }

  /** The input whose entry a register is half of, negative if it is none. */
  private static int input(int index) {
    int input = (index - TABLE) >> 1;
    return input < INPUTS ? input : -1;
  }

  private static int shift(int index) {
    return (index & 1) << 5;
  }

  RedirectionEntry entry(int input) {
    return entries[input];
  }

  /** Software writes an entry. */
  void writeEntry(int input, long value) {
    long kept = entries[input].raw() & RedirectionEntry.REMOTE_IRR;
    RedirectionEntry written = RedirectionEntry.of((value & RedirectionEntry.WRITABLE) | kept);
    entries[input] = isLevelTriggered(written) ? written : written.withRemoteIrr(false);
    requestLevel(input);
  }

  /** Whether an entry is sensed by level. */
  boolean isLevelTriggered(RedirectionEntry entry) {
    return entry.level()
        && (entry.deliveryMode() == DeliveryMode.FIXED
            || entry.deliveryMode() == DeliveryMode.LOWEST_PRIORITY);
  }

  /** Drives an input; a logical level. Inputs that do not exist are ignored. */
  public void setLine(int input, boolean asserted) {
    if (input < 0 || input >= INPUTS || lines[input] == asserted) {
      return;
    }
    lines[input] = asserted;
    if (asserted) {
      requestEdge(input);
      requestLevel(input);
    }
  }

  /** An input became active. An edge on a masked input is lost. */
  void requestEdge(int input) {
    RedirectionEntry entry = entries[input];
    if (!isLevelTriggered(entry) && !entry.masked()) {
      world.send(message(entry));
    }
  }

  /** Sends a level if it is active and none is in flight. */
  void requestLevel(int input) {
    RedirectionEntry entry = entries[input];
    if (isLevelTriggered(entry)
        && lines[input]
        && !entry.masked()
        && !entry.remoteIrr()
        && world.send(message(entry))) {
      entries[input] = entry.withRemoteIrr(true);
    }
  }

  /** An EOI broadcast or a directed EOI: ends all level-triggered entries with this vector. */
  public void endOfInterrupt(int vector) {
    for (int input = 0; input < INPUTS; input++) {
      RedirectionEntry entry = entries[input];
      if (entry.remoteIrr() && entry.vector() == vector) {
        entries[input] = entry.withRemoteIrr(false);
        requestLevel(input);
      }
    }
  }

  /** The message of an entry. */
  InterruptMessage message(RedirectionEntry entry) {
    DeliveryMode mode = entry.deliveryMode();
    return new InterruptMessage(
        InterruptMessage.widened(entry.destination()),
        entry.logical(),
        mode == DeliveryMode.STARTUP ? DeliveryMode.RESERVED_3 : mode,
        entry.vector(),
        true,
        isLevelTriggered(entry));
  }
}
