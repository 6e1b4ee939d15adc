package io.apictck.machine;

import java.util.Locale;

/** Numbers as the manuals write them. */
public final class Hex {
  private Hex() {}

  /** As in {@code 41h}: at least two digits. */
  public static String vector(int vector) {
    return String.format(Locale.ROOT, "%02Xh", vector);
  }

  /** As in {@code 0001_00FFh}: eight digits. */
  public static String dword(int value) {
    return String.format(Locale.ROOT, "%04X_%04Xh", value >>> 16, value & 0xFFFF);
  }

  /** As in {@code FEE0_0900h}: as many groups of four digits as needed, two at least. */
  public static String qword(long value) {
    return (value >>> 32 == 0 ? "" : dword((int) (value >>> 32)).replace("h", "_"))
        + dword((int) value);
  }
}
