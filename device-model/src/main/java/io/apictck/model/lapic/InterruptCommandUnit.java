package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;

/**
 * The interrupt command register and SELF IPI (Intel SDM Vol. 3A, "Issuing Interprocessor
 * Interrupts", "ICR Operation in x2APIC Mode", "SELF IPI Register").
 *
 * <p>Supported: all delivery modes, destination modes and shorthands of the Pentium 4 and later.
 *
 * <p>Not supported: the level-triggered IPIs of the P6 family; every IPI is an edge, and the level
 * and trigger bits count for the INIT level de-assert only, which does nothing.
 *
 * <p>Open points, decided: combinations that the manual calls invalid and reserved delivery modes
 * send nothing; delivery status always reads as idle; a command with an illegal vector sets the
 * send error and is not sent; lowest priority is sent in xAPIC mode, in x2APIC mode it is a
 * redirectable IPI that this processor does not support: error bit 4 and nothing else. The ICR
 * reads as written, without delivery status and reserved bits.
 */
class InterruptCommandUnit {
  final LocalApic apic;
  long command;

  InterruptCommandUnit(LocalApic apic) {
    this.apic = apic;
  }

  void reset() {
    command =
        Integer.toUnsignedLong(apic.resetValue(LapicRegister.ICR))
            | (long) apic.resetValue(LapicRegister.ICR_HIGH) << 32;
  }

  /** All 64 bits. */
  long command() {
    return command;
  }

  /** xAPIC mode: stores the destination. */
  void writeHigh(int value) {
    int stored = value & LapicRegister.ICR_HIGH.definedBits();
    command = InterruptCommand.of(command).withDestination(stored).raw();
  }

  /** xAPIC mode: stores the command and sends it. */
  void writeLow(int value) {
    long stored = value & InterruptCommand.DEFINED_LOW;
    command = stored | (long) InterruptCommand.of(command).high() << 32;
    send(InterruptCommand.of(command));
  }

  /** x2APIC mode: stores and sends. */
  void write(long value) {
    command = value & LapicRegister.ICR.x2apicWritableBits();
    send(InterruptCommand.of(command));
  }

  /** x2APIC mode: a Fixed interrupt for this processor. */
  void selfIpi(int vector) {
    send(InterruptCommand.fixed(vector).withShorthand(Shorthand.SELF));
  }

  /** From xAPIC to x2APIC mode: the high half is not kept. */
  void dropDestination() {
    command = InterruptCommand.of(command).withDestination(0).raw();
  }

  /** Sends a command. */
  void send(InterruptCommand command) {
    if (!isValid(command)) {
      return;
    }
    int error = error(command);
    if (error != 0) {
      apic.errors.record(error);
      return;
    }
    InterruptMessage message = message(command);
    switch (command.shorthand()) {
      case NONE, ALL_INCLUDING_SELF -> apic.world.send(message, true);
      case SELF -> apic.receive(message);
      case ALL_EXCLUDING_SELF -> apic.world.send(message, false);
    }
  }

  /** Whether a command does anything. */
  boolean isValid(InterruptCommand command) {
    return switch (command.deliveryMode()) {
      case FIXED -> true;
      case LOWEST_PRIORITY, SMI, NMI, STARTUP -> isValidShorthand(command.shorthand());
      case INIT -> isValidShorthand(command.shorthand()) && !isLevelDeassert(command);
      case RESERVED_3, EXT_INT -> false;
    };
  }

  /** Whether delivery modes other than Fixed work with a shorthand. */
  boolean isValidShorthand(Shorthand shorthand) {
    return shorthand == Shorthand.NONE || shorthand == Shorthand.ALL_EXCLUDING_SELF;
  }

  /** INIT level de-assert. */
  boolean isLevelDeassert(InterruptCommand command) {
    return command.triggerLevel() && !command.levelAssert();
  }

  /** The error of a command, zero if it has none. A redirectable IPI has no second one. */
  int error(InterruptCommand command) {
    DeliveryMode mode = command.deliveryMode();
    if (mode == DeliveryMode.LOWEST_PRIORITY && !sendsLowestPriority()) {
      return ErrorStatus.REDIRECTABLE_IPI;
    }
    boolean usesVector = mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY;
    return usesVector && apic.queues.isIllegal(command.vector())
        ? ErrorStatus.SEND_ILLEGAL_VECTOR
        : 0;
  }

  /** Whether lowest-priority IPIs are supported. */
  boolean sendsLowestPriority() {
    return apic.mode() == ApicMode.XAPIC;
  }

  /** What goes out: always an edge. Shorthands ignore destination and destination mode. */
  InterruptMessage message(InterruptCommand command) {
    boolean addressed = command.shorthand() == Shorthand.NONE;
    return new InterruptMessage(
        addressed ? destination(command) : InterruptMessage.BROADCAST,
        addressed && command.logical(),
        command.deliveryMode(),
        command.vector(),
        true,
        false);
  }

  /** The destination as the sender's mode has it. */
  int destination(InterruptCommand command) {
    return apic.mode() == ApicMode.X2APIC
        ? command.destination()
        : InterruptMessage.widened(command.xapicDestination());
  }
}
