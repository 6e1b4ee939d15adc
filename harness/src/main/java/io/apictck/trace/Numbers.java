package io.apictck.trace;

import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;

/** Numbers as traces show them. */
final class Numbers {
  private Numbers() {}

  /** 0 to 9 as they are, others in hexadecimal: groups of four digits from five digits on. */
  static String hex(long value) {
    if (value >= 0 && value <= 9) {
      return Long.toString(value);
    }
    String digits = Long.toHexString(value).toUpperCase(Locale.ROOT);
    if (digits.length() < 5) {
      return (Character.isDigit(digits.charAt(0)) ? "" : "0") + digits + "h";
    }
    StringBuilder grouped =
        new StringBuilder("0".repeat((4 - digits.length() % 4) % 4)).append(digits);
    for (int i = grouped.length() - 4; i > 0; i -= 4) {
      grouped.insert(i, '_');
    }
    return grouped.append('h').toString();
  }

  /** As in {@code 41h}: two digits. */
  static String vector(int vector) {
    String digits = Integer.toHexString(vector).toUpperCase(Locale.ROOT);
    return (digits.length() < 2 ? "0" : "") + digits + "h";
  }

  /** As in {@code FEE0_0300h}. */
  static String address(long address) {
    String text = hex(address);
    return address >= 0 && address <= 0xFFFF ? text.replace("h", "") + "h" : text;
  }

  /** Bus, device and function, as in {@code 00:1F.2}. */
  static String requester(int requesterId) {
    HexFormat hex = HexFormat.of().withUpperCase();
    return hex.toHexDigits(requesterId >>> 8, 2)
        + ":"
        + hex.toHexDigits(requesterId >>> 3 & 0x1F, 2)
        + "."
        + (requesterId & 7);
  }

  /** A duration in the largest unit that divides it. */
  static String duration(long nanos) {
    Duration duration = Duration.ofNanos(nanos);
    if (nanos % 1_000 != 0 || nanos == 0) {
      return nanos + " ns";
    }
    return nanos % 1_000_000 != 0 ? nanos / 1_000 + " us" : duration.toMillis() + " ms";
  }
}
