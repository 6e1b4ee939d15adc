package io.apictck.model.vtd;

import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;

/**
 * The global command and global status registers (Intel VT-d specification, "Global Command
 * Register", "Global Status Register").
 *
 * <p>Supported: QIE, SIRTP, IRE and CFI; TE and SRTP only set their status. SIRTP latches the
 * interrupt remapping table address: until then nothing changes. With CAP.ESIRTPS it also empties
 * the interrupt entry cache.
 *
 * <p>Not supported: fault logs in memory and write buffers; SFL, EAFL and WBF are reserved, as the
 * capabilities say. Without ECAP.IR so are IRE, SIRTP and CFI.
 *
 * <p>Open points, decided: a command is complete when the write is; a write that changes several
 * controls does all of them, the one-shot ones first.
 */
class GlobalCommands {
  final RemappingUnit unit;
  int status;

  /** What SIRTP latched. */
  InterruptRemappingTableAddress table = InterruptRemappingTableAddress.of(0);

  GlobalCommands(RemappingUnit unit) {
    this.unit = unit;
  }

  void reset() {
    status = 0;
    table = InterruptRemappingTableAddress.of(0);
  }

  /** Whether a status is on. */
  boolean isOn(GlobalCommand command) {
    return command.in(status);
  }

  /** The global status register. */
  int status() {
    return status;
  }

  /** Software writes the global command register. */
  void write(int value) {
    for (GlobalCommand command : GlobalCommand.values()) {
      if (command.oneShot() && command.in(value) && isSupported(command)) {
        order(command);
      }
    }
    for (GlobalCommand command : GlobalCommand.values()) {
      if (!command.oneShot() && command.in(value) != isOn(command) && isSupported(command)) {
        turn(command, command.in(value));
      }
    }
  }

  /** Whether a bit is not reserved. */
  boolean isSupported(GlobalCommand command) {
    return switch (command) {
      case TE, SRTP, QIE -> true;
      case IRE, SIRTP, CFI -> unit.extendedCapability.interruptRemapping();
      case SFL, EAFL, WBF -> false;
    };
  }

  /** A one-shot command. */
  void order(GlobalCommand command) {
    status &= ~command.mask();
    if (command == GlobalCommand.SIRTP) {
      setTable();
    }
    status |= command.mask();
  }

  /** SIRTP. */
  void setTable() {
    table = unit.tableAddress();
    if (unit.capability.enhancedSirtp()) {
      unit.cache.invalidateAll();
    }
  }

  /** A control changes. */
  void turn(GlobalCommand command, boolean on) {
    status = on ? status | command.mask() : status & ~command.mask();
    if (command == GlobalCommand.QIE) {
      unit.queue.enable(on);
    }
    if (!isOn(GlobalCommand.TE) && !isOn(GlobalCommand.IRE)) {
      unit.faults.rewind();
    }
  }
}
