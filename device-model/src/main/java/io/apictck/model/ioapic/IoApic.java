package io.apictck.model.ioapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.platform.Feature;
import java.util.Arrays;

/**
 * An I/O APIC (82093AA data sheet, "Register Description"; Intel 82801 data sheets, "APIC
 * Memory-Mapped Registers", for the EOI register).
 *
 * <p>Supported: 16 to 240 inputs, edge and level, remote IRR, EOI broadcasts; version 20h with the
 * EOI register, version 11h without; all delivery modes; extended destination IDs in entries with
 * physical destination.
 *
 * <p>Entries in remappable format are sent as they are: where there is a remapping unit, bits 63:48
 * can be written, and the unit knows what they mean.
 *
 * <p>Not supported: pin assertion register. Lines are logical levels, so the polarity bit just
 * reads back. Delivery status is always idle.
 *
 * <p>Open points, decided: reserved bits of entries and reserved registers read as zero, writes to
 * them are ignored; the arbitration ID follows writes to the ID; remote IRR is set only if a local
 * APIC accepted the message, and a level that nobody accepted is offered again when its entry is
 * written; making an entry edge-triggered clears remote IRR; only Fixed and lowest-priority entries
 * are level-triggered, others act as edges whatever their trigger bit says; an ExtINT entry that is
 * unmasked while its input is active sends, since INTR of an 8259 does not fall before it is
 * acknowledged; delivery modes 011 and 110 deliver nothing; the broadcast FFh has extended bits of
 * zero. IOREGSEL has eight bits, nine where entries need them. Besides aligned 32-bit accesses,
 * IOREGSEL can be accessed as a byte or word; other accesses read as zero and write nothing.
 */
public class IoApic {
  private static final long PAGE_SIZE = 0x1000;

  private static final int IOREGSEL = 0x00;
  private static final int IOWIN = 0x10;
  private static final int EOIR = 0x40;

  private static final int ID = 0x00;
  private static final int VERSION = 0x01;
  private static final int ARBITRATION = 0x02;
  private static final int TABLE = 0x10;

  private static final int ID_BITS = 0x0F00_0000;
  private static final int VERSION_82093AA = 0x11;
  private static final int VERSION_WITH_EOI = 0x20;
  private static final int MAX_EIGHT_BIT_INDEX = 0xFF;

  final IoApicWorld world;
  final int inputs;
  final RedirectionEntry[] entries;
  final boolean[] lines;
  final boolean hasEoiRegister;
  private final long address;
  private final boolean extendedDestinations;
  private final long writable;
  private final int selectable;
  private int selected;
  private int id;
  private int arbitrationId;

  /** An I/O APIC; {@link #reset} comes before all else. */
  public IoApic(ModelConfiguration configuration, IoApicSetup setup, IoApicWorld world) {
    this.world = world;
    address = setup.address();
    inputs = setup.inputs();
    entries = new RedirectionEntry[inputs];
    lines = new boolean[inputs];
    hasEoiRegister = configuration.has(Feature.IO_APIC_EOI_REGISTER);
    extendedDestinations = configuration.has(Feature.EXTENDED_DESTINATION_ID);
    boolean remappable = configuration.has(Feature.REMAPPING_UNIT);
    writable =
        RedirectionEntry.WRITABLE
            | (extendedDestinations || remappable ? RedirectionEntry.EXTENDED_DESTINATION : 0)
            | (remappable ? RemappableRedirectionEntry.FORMAT : 0);
    selectable =
        TABLE + 2 * inputs - 1 > MAX_EIGHT_BIT_INDEX
            ? 2 * MAX_EIGHT_BIT_INDEX + 1
            : MAX_EIGHT_BIT_INDEX;
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
    return (address & -PAGE_SIZE) == this.address;
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
      select((int) value);
    } else if (width == Integer.BYTES) {
      switch (offset) {
        case IOWIN -> writeRegister(selected, (int) value);
        case EOIR -> directedEnd((int) value & 0xFF);
        default -> {
          // Reserved.
        }
      }
    }
  }

  /** Software selects an indirect register. */
  void select(int index) {
    selected = index & selectable;
  }

  /** Software writes the EOI register; it is not there before version 20h. */
  void directedEnd(int vector) {
    if (hasEoiRegister) {
      endOfInterrupt(vector);
    }
  }

  private static int offset(long address) {
    return (int) (address & PAGE_SIZE - 1);
  }

  int readRegister(int index) {
    int input = input(index);
    if (input >= 0) {
      return (int) (entries[input].raw() >>> shift(index));
    }
    return switch (index) {
      case ID -> id;
      case VERSION -> version();
      case ARBITRATION -> arbitrationId;
      default -> 0;
    };
  }

  /** The version register. */
  int version() {
    return (hasEoiRegister ? VERSION_WITH_EOI : VERSION_82093AA) | (inputs - 1) << 16;
  }

  void writeRegister(int index, int value) {
    int input = input(index);
    if (input >= 0) {
      long half = 0xFFFF_FFFFL << shift(index);
      long written = ((long) value << shift(index)) & half;
      writeEntry(input, (entries[input].raw() & ~half) | written);
    } else if (index == ID) {
      writeId(value & idBits());
    }
  }

  /** The bits of the identification register that can be written. */
  int idBits() {
    return ID_BITS;
  }

  void writeId(int value) {
    id = value;
    loadArbitrationId(value);
  }

  void loadArbitrationId(int value) {
    arbitrationId = value;
  }

  /** The input whose entry a register is half of, negative if it is none. */
  int input(int index) {
    int input = (index - TABLE) >> 1;
    return input < inputs ? input : -1;
  }

  private static int shift(int index) {
    return (index & 1) << 5;
  }

  RedirectionEntry entry(int input) {
    return entries[input];
  }

  /** Software writes an entry. */
  void writeEntry(int input, long value) {
    RedirectionEntry before = entries[input];
    RedirectionEntry written = RedirectionEntry.of((value & writable) | readOnly(before));
    entries[input] = isLevelTriggered(written) ? written : written.withRemoteIrr(false);
    requestLevel(input);
    if (before.masked() && !written.masked()) {
      unmasked(input);
    }
  }

  /** The bits of an entry that a write keeps. */
  long readOnly(RedirectionEntry entry) {
    return entry.raw() & RedirectionEntry.REMOTE_IRR;
  }

  /** An entry was unmasked: of what is no level only INTR of an 8259 is looked at again. */
  void unmasked(int input) {
    if (lines[input] && entries[input].deliveryMode() == DeliveryMode.EXT_INT) {
      requestEdge(input);
    }
  }

  /** Whether an entry is sensed by level. */
  boolean isLevelTriggered(RedirectionEntry entry) {
    return entry.level()
        && (entry.deliveryMode() == DeliveryMode.FIXED
            || entry.deliveryMode() == DeliveryMode.LOWEST_PRIORITY);
  }

  /** Drives an input; a logical level. Inputs that do not exist are ignored. */
  public void setLine(int input, boolean asserted) {
    if (input < 0 || input >= inputs || isUnchanged(input, asserted)) {
      return;
    }
    lines[input] = asserted;
    if (asserted) {
      requestEdge(input);
      requestLevel(input);
    }
  }

  boolean isUnchanged(int input, boolean asserted) {
    return lines[input] == asserted;
  }

  /** An input became active. An edge on a masked input is lost. */
  void requestEdge(int input) {
    RedirectionEntry entry = entries[input];
    if (!isLevelTriggered(entry) && !entry.masked()) {
      send(input, entry);
    }
  }

  /** Sends a level if it is active and none is in flight. */
  void requestLevel(int input) {
    RedirectionEntry entry = entries[input];
    if (isLevelTriggered(entry)
        && lines[input]
        && !entry.masked()
        && !entry.remoteIrr()
        && send(input, entry)) {
      entries[input] = entry.withRemoteIrr(true);
    }
  }

  /** Sends the message of an entry; whether a local APIC accepted it. */
  boolean send(int input, RedirectionEntry entry) {
    return world.send(entry, message(entry));
  }

  /** An EOI broadcast or a directed EOI: ends all level-triggered entries with this vector. */
  public void endOfInterrupt(int vector) {
    for (int input = 0; input < inputs; input++) {
      RedirectionEntry entry = entries[input];
      if (entry.remoteIrr() && entry.vector() == vector) {
        end(input);
      }
    }
  }

  /** Ends the interrupt of an input; a line that is still active interrupts again. */
  void end(int input) {
    entries[input] = entries[input].withRemoteIrr(false);
    requestLevel(input);
  }

  /** The message of an entry. */
  InterruptMessage message(RedirectionEntry entry) {
    DeliveryMode mode = entry.deliveryMode();
    return new InterruptMessage(
        destination(entry),
        entry.logical(),
        mode == DeliveryMode.STARTUP ? DeliveryMode.RESERVED_3 : mode,
        entry.vector(),
        true,
        isLevelTriggered(entry));
  }

  /** The destination of an entry as messages have it. */
  int destination(RedirectionEntry entry) {
    int extended = extendedDestinations && !entry.logical() ? entry.extendedDestination() : 0;
    return extended == 0
        ? InterruptMessage.widened(entry.destination())
        : extended << 8 | entry.destination();
  }
}
