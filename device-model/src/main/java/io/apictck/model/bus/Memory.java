package io.apictck.model.bus;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Physical memory (Intel SDM Vol. 3A, "Memory Organization").
 *
 * <p>Supported: conventional memory below 640 KiB for start-up pages, and scratch memory for tests,
 * in pages that are made when they are first written; memory for the stacks of processors;
 * read-only memory with the tables of firmware from E0000h. Elsewhere reads give ones and writes
 * vanish. An access over the end of memory is treated byte by byte.
 *
 * <p>Not supported: caches, memory types. Deliberate deviation: a reset clears memory, so that a
 * machine repeats exactly.
 */
public final class Memory {
  /** Physical address of the scratch memory. */
  public static final long SCRATCH_BASE = 0x0100_0000;

  /** Size of the scratch memory in bytes: 16 MiB. */
  public static final long SCRATCH_SIZE = 0x0100_0000;

  /** Physical address of the read-only memory. */
  public static final long ROM_BASE = 0xE_0000;

  /** Largest size of the read-only memory in bytes: 128 KiB. */
  public static final int MAX_ROM_SIZE = 0x2_0000;

  /** Size of a page in bytes. */
  static final int PAGE_SIZE = 0x1000;

  private static final int PAGE_SHIFT = 12;
  private static final int LOW_PAGES = 0xA0;
  private static final int SCRATCH_PAGES = (int) (SCRATCH_SIZE >>> PAGE_SHIFT);
  private static final int NO_PAGE = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  /** An entry is null until its page is written: then it reads as zeros. */
  private final byte[][] pages = new byte[SCRATCH_PAGES + LOW_PAGES][];

  private final StackMemory stacks = new StackMemory();
  private final byte[] rom;

  /** Memory without read-only memory. */
  public Memory() {
    this(new byte[0]);
  }

  /** Memory with read-only memory, of {@link #MAX_ROM_SIZE} bytes at most. */
  public Memory(byte[] rom) {
    this.rom = rom.clone();
  }

  /** Zeroes all of it but the read-only memory. */
  public void clear() {
    Arrays.fill(pages, null);
    stacks.clear();
  }

  /** Reads 1, 2, 4 or 8 bytes, zero-extended. */
  public long read(long address, int width) {
    int offset = offset(address);
    if (offset + width > PAGE_SIZE) {
      return readBytes(address, width);
    }
    int number = pageNumber(address);
    if (number == NO_PAGE) {
      return StackMemory.contains(address) ? stacks.read(address, width) : readRom(address, width);
    }
    byte[] page = pages[number];
    if (page == null) {
      return 0;
    }
    return switch (width) {
      case 1 -> page[offset] & 0xFFL;
      case 2 -> (short) SHORT.get(page, offset) & 0xFFFFL;
      case 4 -> (int) INT.get(page, offset) & 0xFFFF_FFFFL;
      case 8 -> (long) LONG.get(page, offset);
      default -> throw badWidth(width);
    };
  }

  /** Writes the low 1, 2, 4 or 8 bytes of {@code value}. */
  public void write(long address, int width, long value) {
    int offset = offset(address);
    if (offset + width > PAGE_SIZE) {
      writeBytes(address, width, value);
      return;
    }
    int number = pageNumber(address);
    if (number == NO_PAGE) {
      if (StackMemory.contains(address)) {
        stacks.write(address, width, value);
      }
      return;
    }
    byte[] page = writable(number);
    switch (width) {
      case 1 -> page[offset] = (byte) value;
      case 2 -> SHORT.set(page, offset, (short) value);
      case 4 -> INT.set(page, offset, (int) value);
      case 8 -> LONG.set(page, offset, value);
      default -> throw badWidth(width);
    }
  }

  /** Whether all of these bytes are memory that can be written; at most a page of them. */
  public boolean isWritable(long address, int length) {
    return isWritable(address) && isWritable(address + length - 1);
  }

  /** Whether all of these bytes are memory of any kind; at most a page of them. */
  public boolean isReadable(long address, int length) {
    return isReadable(address) && isReadable(address + length - 1);
  }

  private boolean isReadable(long address) {
    return isWritable(address) || (address >= ROM_BASE && address - ROM_BASE < rom.length);
  }

  private static boolean isWritable(long address) {
    return pageNumber(address) != NO_PAGE || StackMemory.contains(address);
  }

  /**
   * Copies upwards within the pages that the two addresses lie in.
   *
   * @param length how many bytes at most, from 1
   * @return how many bytes were copied, from 1
   */
  int copy(long destination, long source, long length) {
    int from = offset(source);
    int to = offset(destination);
    int room = (int) Math.min(length, PAGE_SIZE - Math.max(from, to));
    int sourceNumber = pageNumber(source);
    int destinationNumber = pageNumber(destination);
    if (sourceNumber == NO_PAGE || destinationNumber == NO_PAGE) {
      write(destination, 1, read(source, 1));
      return 1;
    }
    byte[] page = writable(destinationNumber);
    if (pages[sourceNumber] == null) {
      Arrays.fill(page, to, to + room, (byte) 0);
    } else {
      System.arraycopy(pages[sourceNumber], from, page, to, room);
    }
    return room;
  }

  private long readRom(long address, int width) {
    long from = address - ROM_BASE;
    if (from < 0 || from >= rom.length) {
      return ones(width);
    }
    long value = 0;
    for (int i = 0; i < width; i++) {
      long read = from + i < rom.length ? rom[(int) from + i] & 0xFFL : 0xFF;
      value |= read << (Byte.SIZE * i);
    }
    return value;
  }

  private byte[] writable(int number) {
    byte[] page = pages[number];
    if (page == null) {
      page = new byte[PAGE_SIZE];
      pages[number] = page;
    }
    return page;
  }

  private long readBytes(long address, int width) {
    long value = 0;
    for (int i = 0; i < width; i++) {
      value |= read(address + i, 1) << (8 * i);
    }
    return value;
  }

  private void writeBytes(long address, int width, long value) {
    for (int i = 0; i < width; i++) {
      write(address + i, 1, value >>> (8 * i));
    }
  }

  private static int offset(long address) {
    return (int) address & (PAGE_SIZE - 1);
  }

  /** The scratch memory first, which nearly all accesses are to. */
  private static int pageNumber(long address) {
    long scratch = (address - SCRATCH_BASE) >>> PAGE_SHIFT;
    return scratch < SCRATCH_PAGES ? (int) scratch : lowPageNumber(address);
  }

  private static int lowPageNumber(long address) {
    long low = address >>> PAGE_SHIFT;
    return low < LOW_PAGES ? SCRATCH_PAGES + (int) low : NO_PAGE;
  }

  private static long ones(int width) {
    return -1L >>> (64 - 8 * width);
  }

  private static IllegalArgumentException badWidth(int width) {
    return new IllegalArgumentException("an access is 1, 2, 4 or 8 bytes wide, not " + width);
  }
}
