package io.apictck.assertions;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.MsiControl;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.machine.Hex;
import java.util.ArrayList;
import java.util.List;

/**
 * A register value taken apart.
 *
 * @param register name
 * @param raw value
 * @param fields what it means; the last one holds the bits that have no meaning
 */
record RegisterFields(String register, String raw, List<Field> fields) {
  /** A field in words. */
  record Field(String name, String value) {}

  static RegisterFields of(Object register) {
    return switch (register) {
      case LvtEntry entry -> lvt(entry);
      case RedirectionEntry entry -> redirection(entry);
      case ApicBase base -> base(base);
      case SpuriousInterruptVector svr -> svr(svr);
      case InterruptCommand command -> command(command);
      case MsiControl control -> msi(control);
      case MsiXControl control -> msiX(control);
      case MsiXEntry entry -> msiXEntry(entry);
      default -> throw new IllegalArgumentException("no register: " + register);
    };
  }

  private static RegisterFields lvt(LvtEntry entry) {
    int defined =
        LvtEntry.VECTOR
            | LvtEntry.DELIVERY_MODE
            | LvtEntry.DELIVERY_STATUS
            | LvtEntry.POLARITY
            | LvtEntry.REMOTE_IRR
            | LvtEntry.TRIGGER
            | LvtEntry.MASK
            | LvtEntry.TIMER_MODE;
    Builder fields = new Builder();
    fields.add("vector", Hex.vector(entry.vector()));
    fields.add("delivery mode", entry.deliveryMode());
    fields.add("delivery status", entry.deliveryStatus() ? "pending" : "idle");
    fields.add("polarity", polarity(entry.activeLow()));
    fields.add("remote IRR", bit(entry.remoteIrr()));
    fields.add("trigger", trigger(entry.level()));
    fields.add("mask", bit(entry.masked()));
    fields.add("timer mode", entry.timerMode());
    fields.add("other bits", Hex.dword(entry.raw() & ~defined));
    return new RegisterFields("LVT entry", Hex.dword(entry.raw()), fields.list);
  }

  private static RegisterFields redirection(RedirectionEntry entry) {
    long defined =
        RedirectionEntry.WRITABLE | RedirectionEntry.DELIVERY_STATUS | RedirectionEntry.REMOTE_IRR;
    Builder fields = new Builder();
    fields.add("vector", Hex.vector(entry.vector()));
    fields.add("delivery mode", entry.deliveryMode());
    fields.add("destination mode", entry.logical() ? "logical" : "physical");
    fields.add(
        "delivery status",
        (entry.raw() & RedirectionEntry.DELIVERY_STATUS) != 0 ? "pending" : "idle");
    fields.add("polarity", polarity(entry.activeLow()));
    fields.add("remote IRR", bit(entry.remoteIrr()));
    fields.add("trigger", trigger(entry.level()));
    fields.add("mask", bit(entry.masked()));
    fields.add("destination", Hex.vector(entry.destination()));
    fields.add("other bits", Hex.qword(entry.raw() & ~defined));
    return new RegisterFields("redirection entry", Hex.qword(entry.raw()), fields.list);
  }

  private static RegisterFields base(ApicBase base) {
    long defined = ApicBase.definedBits(Long.SIZE - 1, true) | Long.MIN_VALUE;
    Builder fields = new Builder();
    fields.add("BSP", bit(base.bsp()));
    fields.add("EXTD", bit(base.extd()));
    fields.add("EN", bit(base.en()));
    fields.add("address", Hex.qword(base.address()));
    fields.add("other bits", Hex.qword(base.raw() & ~defined));
    return new RegisterFields("IA32_APIC_BASE", Hex.qword(base.raw()), fields.list);
  }

  private static RegisterFields svr(SpuriousInterruptVector svr) {
    int defined =
        SpuriousInterruptVector.VECTOR
            | SpuriousInterruptVector.ENABLE
            | SpuriousInterruptVector.FOCUS_CHECKING
            | SpuriousInterruptVector.SUPPRESS_EOI_BROADCAST;
    Builder fields = new Builder();
    fields.add("vector", Hex.vector(svr.vector()));
    fields.add("APIC software enable", bit(svr.enabled()));
    fields.add(
        "focus processor checking", bit((svr.raw() & SpuriousInterruptVector.FOCUS_CHECKING) != 0));
    fields.add("EOI-broadcast suppression", bit(svr.suppressesEoiBroadcast()));
    fields.add("other bits", Hex.dword(svr.raw() & ~defined));
    return new RegisterFields("SVR", Hex.dword(svr.raw()), fields.list);
  }

  private static RegisterFields command(InterruptCommand command) {
    long defined =
        InterruptCommand.DEFINED_LOW | InterruptCommand.DELIVERY_STATUS | (0xFFFF_FFFFL << 32);
    Builder fields = new Builder();
    fields.add("vector", Hex.vector(command.vector()));
    fields.add("delivery mode", command.deliveryMode());
    fields.add("destination mode", command.logical() ? "logical" : "physical");
    fields.add(
        "delivery status",
        (command.raw() & InterruptCommand.DELIVERY_STATUS) != 0 ? "pending" : "idle");
    fields.add("level", command.levelAssert() ? "assert" : "de-assert");
    fields.add("trigger", trigger(command.triggerLevel()));
    fields.add("shorthand", command.shorthand());
    fields.add("destination (bits 63:32)", Hex.dword(command.high()));
    fields.add("other bits", Hex.qword(command.raw() & ~defined));
    return new RegisterFields("ICR", Hex.qword(command.raw()), fields.list);
  }

  private static RegisterFields msi(MsiControl control) {
    int defined =
        MsiControl.WRITABLE
            | MsiControl.MULTIPLE_MESSAGE_CAPABLE
            | MsiControl.ADDRESS_64
            | MsiControl.PER_VECTOR_MASKING;
    Builder fields = new Builder();
    fields.add("MSI enable", bit(control.enable()));
    fields.add("multiple message capable", 1 << control.multipleMessageCapable());
    fields.add("multiple message enable", 1 << control.multipleMessageEnable());
    fields.add("64-bit address", bit(control.address64()));
    fields.add("per-vector masking", bit(control.perVectorMasking()));
    fields.add("other bits", Hex.dword(control.raw() & ~defined));
    return new RegisterFields("MSI message control", Hex.dword(control.raw()), fields.list);
  }

  private static RegisterFields msiX(MsiXControl control) {
    int defined = MsiXControl.WRITABLE | MsiXControl.TABLE_SIZE;
    Builder fields = new Builder();
    fields.add("table entries", control.entries());
    fields.add("function mask", bit(control.functionMask()));
    fields.add("MSI-X enable", bit(control.enable()));
    fields.add("other bits", Hex.dword(control.raw() & ~defined));
    return new RegisterFields("MSI-X message control", Hex.dword(control.raw()), fields.list);
  }

  private static RegisterFields msiXEntry(MsiXEntry entry) {
    Builder fields = new Builder();
    fields.add("message address", Hex.qword(entry.address()));
    fields.add("message data", Hex.dword(entry.data()));
    fields.add("mask", bit(entry.masked()));
    fields.add("other bits", Hex.dword(entry.vectorControl() & ~MsiXEntry.MASK));
    String raw =
        "%s, %s, %s"
            .formatted(
                Hex.qword(entry.address()),
                Hex.dword(entry.data()),
                Hex.dword(entry.vectorControl()));
    return new RegisterFields("MSI-X table entry", raw, fields.list);
  }

  private static String bit(boolean set) {
    return set ? "1" : "0";
  }

  private static String polarity(boolean activeLow) {
    return activeLow ? "active low" : "active high";
  }

  private static String trigger(boolean level) {
    return level ? "level" : "edge";
  }

  private static final class Builder {
    final List<Field> list = new ArrayList<>();

    void add(String name, Object value) {
      list.add(new Field(name, value.toString()));
    }
  }
}
