package io.apictck.suites.support;

import io.apictck.arch.vmx.VirtualApicPage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What a page of memory holds or should hold. */
public final class PageImage {
  private static final int SLOT = 0x10;
  private static final int FIRST_PATTERN = 0x80;
  private static final int PATTERN = 0x3F;
  private static final int STEP = 11;
  private static final long OTHER = 0x5555_5555_5555_5555L;

  private final ByteBuffer bytes =
      ByteBuffer.allocate(VirtualApicPage.SIZE).order(ByteOrder.LITTLE_ENDIAN);

  private PageImage() {}

  /**
   * Bytes that differ from their neighbours, those of other slots, and 0; bit 7 of each is 1, so
   * that no doubleword is a command that can be virtualized.
   */
  public static PageImage pattern() {
    PageImage image = new PageImage();
    for (int i = 0; i < VirtualApicPage.SIZE; i++) {
      image.bytes.put(i, (byte) (FIRST_PATTERN | ((i * STEP + i / SLOT) & PATTERN)));
    }
    return image;
  }

  /** With no vector in service and none requested. */
  public PageImage withoutService() {
    PageImage image = copy();
    for (int i = 0; i < 8; i++) {
      image.set(VirtualApicPage.VISR + i * SLOT, 0);
      image.set(VirtualApicPage.VIRR + i * SLOT, 0);
    }
    return image;
  }

  /** With all bits the other way round. */
  public PageImage inverted() {
    PageImage image = new PageImage();
    for (int i = 0; i < VirtualApicPage.SIZE; i++) {
      image.bytes.put(i, (byte) ~bytes.get(i));
    }
    return image;
  }

  /** A copy. */
  public PageImage copy() {
    PageImage image = new PageImage();
    image.bytes.put(0, bytes.array());
    return image;
  }

  /** A value of the same width that differs in each byte, but not in bit 7 of any. */
  public static long other(long value, int width) {
    return value ^ low(OTHER, width);
  }

  /** The four bytes at an offset. */
  public int get(int offset) {
    return bytes.getInt(offset);
  }

  /** 1, 2, 4 or 8 bytes. */
  public long get(int offset, int width) {
    long value = 0;
    for (int i = width - 1; i >= 0; i--) {
      value = value << Byte.SIZE | Byte.toUnsignedLong(bytes.get(offset + i));
    }
    return value;
  }

  /** Sets four bytes. */
  public void set(int offset, int value) {
    bytes.putInt(offset, value);
  }

  /** Sets 1, 2, 4 or 8 bytes. */
  public void set(int offset, int width, long value) {
    for (int i = 0; i < width; i++) {
      bytes.put(offset + i, (byte) (value >>> (i * Byte.SIZE)));
    }
  }

  /** As doublewords. */
  public int[] words() {
    int[] words = new int[VirtualApicPage.SIZE / Integer.BYTES];
    bytes.asIntBuffer().get(0, words);
    return words;
  }

  private static long low(long value, int width) {
    return width == Long.BYTES ? value : value & (1L << (width * Byte.SIZE)) - 1;
  }
}
