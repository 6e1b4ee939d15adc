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
    return ofGsi(machine, pins.get(pins.size() - 1 - number));
  }

  /** All inputs that the platform can drive, in the order of their global system interrupts. */
  public static List<Pin> all(Machine machine) {
    return machine.description().board().pins().stream().map(gsi -> ofGsi(machine, gsi)).toList();
  }

  /** The input of a global system interrupt. */
  public static Pin ofGsi(Machine machine, int gsi) {
    int number =
        machine
            .description()
            .board()
            .ioApicOf(gsi)
            .orElseThrow(
                () -> new IllegalStateException("no I/O APIC has global system interrupt " + gsi));
    IoApic ioApic = machine.ioApic(number);
    return new Pin(machine, ioApic, gsi - ioApic.gsiBase());
  }

  /** As {@link #fromLast(Machine, int)}, of one I/O APIC all of whose inputs can be driven. */
  public static Pin of(Machine machine, IoApic ioApic, int number) {
    return new Pin(machine, ioApic, ioApic.inputs() - 1 - number);
  }

  /** The I/O APIC. */
  public IoApic ioApic() {
    return ioApic;
  }

  /** Its number at the I/O APIC. */
  public int input() {
    return input;
  }

  /** Its global system interrupt. */
  public int gsi() {
    return ioApic.gsiBase() + input;
  }

  /** Its redirection table entry. */
  public RedirectionEntry entry() {
    return ioApic.entry(input);
  }

  /** Sets its redirection table entry, the high half first. */
  public void set(RedirectionEntry entry) {
    ioApic.setEntry(input, entry);
  }

  /** Sets bits 31:0 of its redirection table entry. */
  public void setLow(RedirectionEntry entry) {
    ioApic.setEntryLow(input, entry);
  }

  /** Sets bits 63:32 of its redirection table entry. */
  public void setHigh(RedirectionEntry entry) {
    ioApic.setEntryHigh(input, entry);
  }

  /** Routes it to a processor, physical and edge-triggered. */
  public void routeEdge(int vector, Cpu target) {
    set(RedirectionEntry.fixed(vector, target.apicId()));
  }

  /** Routes it to a processor, physical and level-triggered. */
  public void routeLevel(int vector, Cpu target) {
    set(RedirectionEntry.fixed(vector, target.apicId()).withLevel(true));
  }

  /** Masks or unmasks it. */
  public void mask(boolean masked) {
    set(entry().withMasked(masked));
  }

  /** Asserts the line. */
  public void raise() {
    machine.line(gsi(), true);
  }

  /** Deasserts the line. */
  public void lower() {
    machine.line(gsi(), false);
  }

  /** Asserts and deasserts the line. */
  public void pulse() {
    raise();
    lower();
  }

  /** Whether a level-triggered request is accepted and not ended. */
  public boolean inFlight() {
    return entry().remoteIrr();
  }

  /** Makes it edge-triggered and masked, and deasserts the line. */
  public void release() {
    lower();
    set(RedirectionEntry.RESET);
  }

  /** As in {@code global system interrupt 23}. */
  @Override
  public String toString() {
    return "global system interrupt " + gsi();
  }
}
