package io.apictck.suites.lapic.lvt;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.TimerMode;
import io.apictck.machine.LocalApic;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which entries there are, and what may be written to them (Intel SDM Vol. 3A, "Local Vector
 * Table", figure).
 */
final class Entries {
  private static final List<DeliveryMode> EVENT_MODES =
      List.of(DeliveryMode.FIXED, DeliveryMode.SMI, DeliveryMode.NMI);
  private static final List<DeliveryMode> PIN_MODES =
      List.of(
          DeliveryMode.FIXED,
          DeliveryMode.SMI,
          DeliveryMode.NMI,
          DeliveryMode.INIT,
          DeliveryMode.EXT_INT);

  private Entries() {}

  /** All entries that the architecture knows. */
  static List<LapicRegister> known() {
    return Arrays.stream(LapicRegister.values()).filter(LapicRegister::isLvt).toList();
  }

  /** Whether a local APIC has an entry, by its version register. */
  static boolean has(LocalApic lapic, LapicRegister entry) {
    return entry.lvtIndex() <= lapic.version().maxLvtEntry();
  }

  /** The entries that a local APIC has. */
  static List<LapicRegister> of(LocalApic lapic) {
    int max = lapic.version().maxLvtEntry();
    return known().stream().filter(entry -> entry.lvtIndex() <= max).toList();
  }

  /**
   * Every allowed combination of the fields of an entry but vector and mask: masked, with vector 0.
   */
  static List<LvtEntry> shapes(Machine machine, LapicRegister entry) {
    List<LvtEntry> shapes = new ArrayList<>();
    switch (entry) {
      case LVT_TIMER -> {
        shapes.add(LvtEntry.RESET);
        shapes.add(LvtEntry.RESET.withTimerMode(TimerMode.PERIODIC));
        if (machine.features().has(Feature.TSC_DEADLINE)) {
          shapes.add(LvtEntry.RESET.withTimerMode(TimerMode.TSC_DEADLINE));
        }
      }
      case LVT_LINT0, LVT_LINT1 -> {
        for (DeliveryMode mode : PIN_MODES) {
          LvtEntry shape = LvtEntry.RESET.withDeliveryMode(mode);
          shapes.add(shape);
          shapes.add(shape.withActiveLow(true));
          shapes.add(shape.withLevel(true));
          shapes.add(shape.withActiveLow(true).withLevel(true));
        }
      }
      case LVT_ERROR -> shapes.add(LvtEntry.RESET);
      default -> EVENT_MODES.forEach(mode -> shapes.add(LvtEntry.RESET.withDeliveryMode(mode)));
    }
    return shapes;
  }
}
