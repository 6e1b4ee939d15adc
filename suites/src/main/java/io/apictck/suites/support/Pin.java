package io.apictck.suites.support;

import io.apictck.arch.RedirectionEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import java.util.List;

/** An input of an I/O APIC together with the line that drives it. */
public final class Pin {
  private final Machine machine;
  private final IoApic ioApic;
  private final int input;

  private Pin(Machine machine, IoApic ioApic, int input) {
    this.machine = machine;
    this.ioApic = ioApic;
    this.input = input;
  }

  /**
   * An input that the platform can drive, counted from the last one down: those have no fixed use
   * in a PC.
   */
  public static Pin fromLast(Machine machine, int number) {
    List<Integer> pins = machine.description().board().pins();
    int gsi = pins.get(pins.size() - 1 - number);
    for (int i = 0; i < machine.description().ioApics().size(); i++) {
      IoApic ioApic = machine.ioApic(i);
      if (gsi >= ioApic.gsiBase() && gsi < ioApic.gsiBase() + ioApic.inputs()) {
        return new Pin(machine, ioApic, gsi - ioApic.gsiBase());
      }
    }
    throw new IllegalStateException("no I/O APIC has global system interrupt " + gsi);
  }

  /** As {@link #fromLast(Machine, int)}, of one I/O APIC all of whose inputs can be driven. */
  public static Pin of(Machine machine, IoApic ioApic, int number) {
    return new Pin(machine, ioApic, ioApic.inputs() - 1 - number);
  }

  /** Routes it to a processor, physical and edge-triggered. */
  public void routeEdge(int vector, Cpu target) {
    ioApic.setEntry(input, RedirectionEntry.fixed(vector, target.apicId()));
  }

  /** Routes it to a processor, physical and level-triggered. */
  public void routeLevel(int vector, Cpu target) {
    ioApic.setEntry(input, RedirectionEntry.fixed(vector, target.apicId()).withLevel(true));
  }

  /** Masks or unmasks it. */
  public void mask(boolean masked) {
    ioApic.setEntry(input, ioApic.entry(input).withMasked(masked));
  }

  /** Asserts the line. */
  public void raise() {
    machine.line(ioApic.gsiBase() + input, true);
  }

  /** Deasserts the line. */
  public void lower() {
    machine.line(ioApic.gsiBase() + input, false);
  }

  /** Asserts and deasserts the line. */
  public void pulse() {
    raise();
    lower();
  }

  /** Whether a level-triggered request is accepted and not ended. */
  public boolean inFlight() {
    return ioApic.entry(input).remoteIrr();
  }

  /** Makes it edge-triggered and masked, and deasserts the line. */
  public void release() {
    lower();
    ioApic.setEntry(input, RedirectionEntry.RESET);
  }
}
