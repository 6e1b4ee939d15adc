package io.apictck.model.pci;

import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.arch.PciCapability;
import java.util.Arrays;

/**
 * An MSI-X capability with its table and its pending bit array (PCI Local Bus Specification, "MSI-X
 * Capability and Table Structures").
 *
 * <p>Supported: aligned DWORD and QWORD accesses; a QWORD write takes effect as one.
 *
 * <p>Not supported: steering tags.
 *
 * <p>Open points, decided: narrower and unaligned writes are ignored, such reads give the bytes;
 * the pending bit array ignores writes; reserved bits of Vector Control are read-only zeros; an
 * unmasked entry that is changed is used as it is at that moment.
 */
class MsiX extends MessageSource {
  private static final int WORDS = MsiXEntry.SIZE / Integer.BYTES;
  private static final int ADDRESS_BITS = ~3;

  final int offset;
  final FunctionSetup.MsiX setup;
  final int[] table;

  MsiX(PciFunction function, int offset, FunctionSetup.MsiX setup) {
    super(function);
    this.offset = offset;
    this.setup = setup;
    table = new int[setup.entries() * WORDS];
  }

  /** Defines its registers but the pointer to the next capability; its size in bytes. */
  int define() {
    ConfigurationSpace space = function.space;
    space.define(offset, 1, PciCapability.MSI_X, 0);
    space.define(offset + MsiXControl.OFFSET, 2, setup.entries() - 1, MsiXControl.WRITABLE);
    space.define(offset + MsiXControl.TABLE_OFFSET, 4, setup.tableOffset() | setup.tableBar(), 0);
    space.define(offset + MsiXControl.PBA_OFFSET, 4, setup.pbaOffset() | setup.pbaBar(), 0);
    return MsiXControl.SIZE;
  }

  MsiXControl control() {
    return MsiXControl.of(function.space.read(offset + MsiXControl.OFFSET, 2));
  }

  @Override
  void reset() {
    super.reset();
    Arrays.fill(table, 0);
    for (int entry = 0; entry < setup.entries(); entry++) {
      table[word(entry, MsiXEntry.VECTOR_CONTROL)] = MsiXEntry.MASK;
    }
  }

  @Override
  boolean isEnabled() {
    return control().enable();
  }

  @Override
  boolean hasPendingBits() {
    return true;
  }

  @Override
  int vectorOf(int interrupt) {
    return interrupt % setup.entries();
  }

  @Override
  boolean isMasked(int vector) {
    return control().functionMask() || isEntryMasked(vector);
  }

  boolean isEntryMasked(int entry) {
    return (table[word(entry, MsiXEntry.VECTOR_CONTROL)] & MsiXEntry.MASK) != 0;
  }

  @Override
  void send(int vector) {
    function.send(address(vector), table[word(vector, MsiXEntry.DATA)]);
  }

  long address(int entry) {
    return (long) table[word(entry, MsiXEntry.UPPER_ADDRESS)] << Integer.SIZE
        | Integer.toUnsignedLong(table[word(entry, MsiXEntry.ADDRESS)]);
  }

  static int word(int entry, int offset) {
    return entry * WORDS + offset / Integer.BYTES;
  }

  /** Reads from a base address register's memory, zero-extended. */
  long read(int bar, long at, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      long place = at + i;
      long word = word(bar, place);
      value |= ((word >>> (Byte.SIZE * (place & 3))) & 0xFF) << (Byte.SIZE * i);
    }
    return value;
  }

  /** The 32 bits around an offset. */
  private long word(int bar, long at) {
    long inTable = at - setup.tableOffset();
    if (bar == setup.tableBar() && inTable >= 0 && inTable < (long) table.length * Integer.BYTES) {
      return Integer.toUnsignedLong(table[(int) inTable / Integer.BYTES]);
    }
    long inPba = at - setup.pbaOffset();
    if (bar == setup.pbaBar() && inPba >= 0 && inPba < pbaSize()) {
      return pendingWord((int) inPba / Integer.BYTES);
    }
    return 0;
  }

  long pendingWord(int number) {
    long[] bits = pending.toLongArray();
    int index = number / 2;
    return index < bits.length ? (bits[index] >>> (Integer.SIZE * (number & 1))) & 0xFFFF_FFFFL : 0;
  }

  private long pbaSize() {
    return (setup.entries() + Long.SIZE - 1) / Long.SIZE * (long) Long.BYTES;
  }

  /** Writes to a base address register's memory. */
  void write(int bar, long at, int width, long value) {
    if (bar != setup.tableBar() || width < Integer.BYTES || at % width != 0) {
      return;
    }
    for (int i = 0; i < width; i += Integer.BYTES) {
      writeWord(at - setup.tableOffset() + i, (int) (value >>> (Byte.SIZE * i)));
    }
    sendPending();
  }

  void writeWord(long at, int value) {
    if (at < 0 || at >= (long) table.length * Integer.BYTES) {
      return;
    }
    int index = (int) at / Integer.BYTES;
    table[index] =
        switch ((int) at % MsiXEntry.SIZE) {
          case MsiXEntry.ADDRESS -> value & ADDRESS_BITS;
          case MsiXEntry.VECTOR_CONTROL -> value & MsiXEntry.MASK;
          default -> value;
        };
  }
}
