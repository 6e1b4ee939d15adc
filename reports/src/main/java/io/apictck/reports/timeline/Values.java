package io.apictck.reports.timeline;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import java.math.BigDecimal;
import java.util.Locale;

/** Values as a picture shows them: short, and the fields of registers by name. */
final class Values {
  private Values() {}

  /** As in {@code 7}, {@code 41h}, {@code FEE0_0900h}. */
  static String hex(long value) {
    if (value >= 0 && value <= 9) {
      return Long.toString(value);
    }
    String digits = Long.toHexString(value).toUpperCase(Locale.ROOT);
    if (digits.length() > 4) {
      int first = digits.length() % 4;
      StringBuilder grouped = new StringBuilder(digits.substring(0, first));
      for (int i = first; i < digits.length(); i += 4) {
        grouped.append(grouped.isEmpty() ? "" : "_").append(digits, i, i + 4);
      }
      return grouped.append('h').toString();
    }
    return digits + "h";
  }

  /** As in {@code 0Fh}. */
  static String vector(int vector) {
    String digits = Integer.toHexString(vector).toUpperCase(Locale.ROOT);
    return (digits.length() < 2 ? "0" : "") + digits + "h";
  }

  /** In the largest unit below it, as in {@code 12.5 us}. */
  static String time(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return thousandths(nanos, "us");
    }
    return nanos < 1_000_000_000
        ? thousandths(Math.round(nanos / 1e3), "ms")
        : thousandths(Math.round(nanos / 1e6), "s");
  }

  private static String thousandths(long value, String unit) {
    return BigDecimal.valueOf(value, 3).stripTrailingZeros().toPlainString() + " " + unit;
  }

  /** With commas between thousands, as in {@code 1,250,000}; spaces in front fill the width. */
  static String grouped(long value, int width) {
    StringBuilder text = new StringBuilder(Long.toString(value));
    for (int i = text.length() - 3; i > (value < 0 ? 1 : 0); i -= 3) {
      text.insert(i, ',');
    }
    text.insert(0, " ".repeat(Math.max(0, width - text.length())));
    return text.toString();
  }

  /** What a value means that is written to a register; the number where nothing is known. */
  static String written(LapicRegister register, long value, boolean x2apic) {
    return switch (register) {
      case ICR -> command(InterruptCommand.of(value), x2apic);
      case ICR_HIGH -> "destination " + hex(value >>> 24 & 0xFF);
      case SELF_IPI -> vector((int) value & 0xFF);
      case SVR -> spurious(SpuriousInterruptVector.of((int) value));
      default -> register.isLvt() ? entry(register, LvtEntry.of((int) value)) : hex(value);
    };
  }

  private static String command(InterruptCommand command, boolean x2apic) {
    StringBuilder text = new StringBuilder();
    text.append(mode(command.deliveryMode()));
    text.append(' ').append(vector(command.vector()));
    if (command.shorthand() != Shorthand.NONE) {
      text.append(" to ").append(words(command.shorthand().name()));
    } else if (x2apic) {
      text.append(command.logical() ? " to logical " : " to ")
          .append(hex(Integer.toUnsignedLong(command.destination())));
    } else if (command.logical()) {
      text.append(" logical");
    }
    if (command.triggerLevel()) {
      text.append(command.levelAssert() ? " level" : " level de-assert");
    }
    return text.toString();
  }

  private static String spurious(SpuriousInterruptVector svr) {
    return vector(svr.vector())
        + (svr.enabled() ? " enabled" : " disabled")
        + (svr.suppressesEoiBroadcast() ? " no EOI broadcast" : "");
  }

  private static String entry(LapicRegister register, LvtEntry entry) {
    StringBuilder text = new StringBuilder(vector(entry.vector()));
    if (register == LapicRegister.LVT_TIMER) {
      text.append(' ').append(words(entry.timerMode().name()));
    } else if (entry.deliveryMode() != DeliveryMode.FIXED) {
      text.append(' ').append(mode(entry.deliveryMode()));
    }
    if (entry.level()) {
      text.append(" level");
    }
    if (entry.activeLow()) {
      text.append(" active low");
    }
    return text.append(entry.masked() ? " masked" : "").toString();
  }

  /** What a value of IA32_APIC_BASE means. */
  static String base(long value) {
    ApicBase base = ApicBase.of(value);
    String mode =
        base.extd() && !base.en()
            ? "invalid mode"
            : switch (base.mode()) {
              case ApicMode.DISABLED -> "disabled";
              case ApicMode.XAPIC -> "xAPIC";
              case ApicMode.X2APIC -> "x2APIC";
            };
    return hex(value) + " (" + mode + ")";
  }

  private static String mode(DeliveryMode mode) {
    return switch (mode) {
      case FIXED -> "Fixed";
      case NMI, SMI, INIT -> mode.name();
      default -> words(mode.name());
    };
  }

  private static String words(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
