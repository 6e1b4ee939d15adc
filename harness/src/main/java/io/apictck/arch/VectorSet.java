package io.apictck.arch;

import java.util.stream.IntStream;

/**
 * A set of interrupt vectors 0 to 255: the shape of IRR, ISR, TMR and the posted-interrupt requests
 * (Intel SDM Vol. 3A, "Interrupt Acceptance for Fixed Interrupts").
 *
 * <p>Vector v is bit v mod 64 of quadword v / 64, the same order as the registers have in memory.
 */
public final class VectorSet {
  /** Number of vectors. */
  public static final int SIZE = 256;

  /** What {@link #highest()} gives for the empty set. */
  public static final int NONE = -1;

  private final long[] quads = new long[SIZE / Long.SIZE];

  /** The set of the given vectors. */
  public static VectorSet of(int... vectors) {
    VectorSet set = new VectorSet();
    for (int vector : vectors) {
      set.add(vector);
    }
    return set;
  }

  /** Whether {@code vector} (0 to 255) is a member. */
  public boolean contains(int vector) {
    return (quads[vector >>> 6] >>> vector & 1) != 0;
  }

  /** Makes {@code vector} a member. */
  public void add(int vector) {
    quads[vector >>> 6] |= 1L << vector;
  }

  /** Makes {@code vector} no member. */
  public void remove(int vector) {
    quads[vector >>> 6] &= ~(1L << vector);
  }

  /** Adds or removes {@code vector}. */
  public void set(int vector, boolean member) {
    if (member) {
      add(vector);
    } else {
      remove(vector);
    }
  }

  /** Removes all. */
  public void clear() {
    java.util.Arrays.fill(quads, 0);
  }

  /** Highest member, {@link #NONE} if empty. */
  public int highest() {
    for (int i = quads.length - 1; i >= 0; i--) {
      if (quads[i] != 0) {
        return (i << 6) + Long.SIZE - 1 - Long.numberOfLeadingZeros(quads[i]);
      }
    }
    return NONE;
  }

  public boolean isEmpty() {
    return (quads[0] | quads[1] | quads[2] | quads[3]) == 0;
  }

  /** How many members. */
  public int size() {
    int size = 0;
    for (long quad : quads) {
      size += Long.bitCount(quad);
    }
    return size;
  }

  /** The 32-bit register {@code index} (0 to 7) as it stands at offset base + 10h * index. */
  public int word(int index) {
    return (int) (quads[index >>> 1] >>> ((index & 1) << 5));
  }

  /** Replaces the 32-bit register {@code index} (0 to 7). */
  public void setWord(int index, int value) {
    int shift = (index & 1) << 5;
    quads[index >>> 1] =
        (quads[index >>> 1] & ~(0xFFFF_FFFFL << shift)) | (value & 0xFFFF_FFFFL) << shift;
  }

  /** The members in rising order. */
  public IntStream stream() {
    return IntStream.range(0, SIZE).filter(this::contains);
  }

  /** An independent copy. */
  public VectorSet copy() {
    VectorSet copy = new VectorSet();
    System.arraycopy(quads, 0, copy.quads, 0, quads.length);
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof VectorSet set && java.util.Arrays.equals(quads, set.quads);
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(quads);
  }

  /** The members in hexadecimal, as in {@code {41h, 62h}}. */
  @Override
  public String toString() {
    return stream()
        .mapToObj(v -> Integer.toHexString(v).toUpperCase(java.util.Locale.ROOT) + "h")
        .collect(java.util.stream.Collectors.joining(", ", "{", "}"));
  }
}
