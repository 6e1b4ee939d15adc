package io.apictck.suites.lapic.icr;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.Shorthand;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.suites.support.LogicalIds;
import java.util.ArrayList;
import java.util.List;

/**
 * Commands for sweeps over the ICR (Intel SDM Vol. 3A, tables "Valid Combinations for the ...
 * ICR").
 */
final class Commands {
  private Commands() {}

  /**
   * All combinations of destination mode, level and trigger mode that are issued as edges: level
   * de-assert is not among them.
   */
  static List<InterruptCommand> issuedAsEdge(DeliveryMode mode, Shorthand shorthand, int vector) {
    List<InterruptCommand> list = new ArrayList<>();
    for (InterruptCommand command : all(mode, shorthand, vector)) {
      if (!isDeassert(command)) {
        list.add(command);
      }
    }
    return list;
  }

  /** Both destination modes with level de-assert. */
  static List<InterruptCommand> deasserts(DeliveryMode mode, Shorthand shorthand, int vector) {
    List<InterruptCommand> list = new ArrayList<>();
    for (InterruptCommand command : all(mode, shorthand, vector)) {
      if (isDeassert(command)) {
        list.add(command);
      }
    }
    return list;
  }

  private static boolean isDeassert(InterruptCommand command) {
    return command.triggerLevel() && !command.levelAssert();
  }

  /** All combinations of destination mode, level and trigger mode. */
  static List<InterruptCommand> all(DeliveryMode mode, Shorthand shorthand, int vector) {
    List<InterruptCommand> list = new ArrayList<>();
    for (int bits = 0; bits < 8; bits++) {
      list.add(
          InterruptCommand.of(mode, vector)
              .withShorthand(shorthand)
              .withLogical((bits & 1) != 0)
              .withLevelAssert((bits & 2) != 0)
              .withTriggerLevel((bits & 4) != 0));
    }
    return list;
  }

  /**
   * The command with the destination field that names one processor in the command's destination
   * mode and the present APIC mode.
   */
  static InterruptCommand addressedTo(Cpu target, InterruptCommand command) {
    if (!command.logical()) {
      return command.withDestination(target.apicId());
    }
    return command.withDestination(LogicalIds.read(target));
  }

  /** The broadcast destination, which xAPIC mode cuts to FFh. */
  static InterruptCommand toAll(InterruptCommand command) {
    return command.withDestination(InterruptCommand.X2APIC_BROADCAST);
  }

  /** Whether {@code cpu} is selected by a command of {@code sender} that has a shorthand. */
  static boolean selects(Shorthand shorthand, Cpu sender, Cpu cpu) {
    return switch (shorthand) {
      case NONE -> throw new IllegalArgumentException("the destination decides");
      case SELF -> cpu == sender;
      case ALL_INCLUDING_SELF -> true;
      case ALL_EXCLUDING_SELF -> cpu != sender;
    };
  }

  /** As in {@code ICR 0000_0002_0000_4861h}. */
  static String text(InterruptCommand command) {
    return "ICR " + Hex.qword(command.raw());
  }
}
