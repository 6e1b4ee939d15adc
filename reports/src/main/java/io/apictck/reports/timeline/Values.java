package io.apictck.reports.timeline;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
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
    return String.format(Locale.ROOT, "%02Xh", vector);
  }

  /** In the largest unit below it, as in {@code 12.5 us}. */
  static String time(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return scaled(nanos / 1e3, "us");
    }
    return nanos < 1_000_000_000 ? scaled(nanos / 1e6, "ms") : scaled(nanos / 1e9, "s");
  }

  private static String scaled(double value, String unit) {
    return String.format(Locale.ROOT, "%.3f", value).replaceAll("\\.?0+$", "") + " " + unit;
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
