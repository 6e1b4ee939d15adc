package io.apictck.suites.gsi;

import static org.assertj.core.api.Assertions.fail;

import io.apictck.arch.IntiFlags;
import io.apictck.arch.RedirectionEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import java.util.OptionalInt;

/** The input of an I/O APIC at which a global system interrupt ends. */
final class Input {
  private final IoApic ioApic;
  private final int number;

  private Input(IoApic ioApic, int number) {
    this.ioApic = ioApic;
    this.number = number;
  }

  /** Fails if no I/O APIC has it. */
  static Input of(Machine machine, int gsi) {
    OptionalInt number = machine.description().board().ioApicOf(gsi);
    if (number.isEmpty()) {
      return fail("no I/O APIC has an input for global system interrupt %d", gsi);
    }
    IoApic ioApic = machine.ioApic(number.getAsInt());
    return new Input(ioApic, gsi - ioApic.gsiBase());
  }

  /** Routes it to a processor, edge-triggered and active high. */
  void routeEdge(int vector, Cpu target) {
    route(vector, target, IntiFlags.BUS_DEFAULT);
  }

  /** Routes it to a processor, level-triggered. */
  void routeLevel(int vector, Cpu target) {
    ioApic.setEntry(number, RedirectionEntry.fixed(vector, target.apicId()).withLevel(true));
  }

  /** Routes it to a processor with the polarity and the trigger mode that flags say. */
  void route(int vector, Cpu target, IntiFlags flags) {
    RedirectionEntry entry =
        RedirectionEntry.fixed(vector, target.apicId()).withLevel(flags.level());
    ioApic.setEntry(
        number,
        flags.activeLow() ? RedirectionEntry.of(entry.raw() | RedirectionEntry.POLARITY) : entry);
  }

  /** Sets its entry. */
  void set(RedirectionEntry entry) {
    ioApic.setEntry(number, entry);
  }

  /** Its entry. */
  RedirectionEntry entry() {
    return ioApic.entry(number);
  }

  /** Masks it, edge-triggered. */
  void mask() {
    set(RedirectionEntry.RESET);
  }
}
