package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.RedirectionEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.machine.PciFunction;
import java.util.OptionalInt;

/**
 * The interrupt pin of a PCI function, seen by an I/O APIC that routes it to processor 0, level
 * triggered. A pin that is wired to no I/O APIC is not looked at.
 */
public final class FunctionPin {
  /** The vector that it is routed to. */
  public static final int VECTOR = 0xB1;

  private final Machine machine;
  private final PciFunction function;
  private final OptionalInt ioApic;

  private FunctionPin(PciFunction function) {
    this.machine = function.machine();
    this.function = function;
    this.ioApic = machine.description().board().ioApicOf(function.gsi());
  }

  /** Routes the pin of a function to processor 0, whose interrupts must be disabled. */
  public static FunctionPin watch(PciFunction function) {
    FunctionPin pin = new FunctionPin(function);
    pin.set(RedirectionEntry.fixed(VECTOR, function.machine().cpu(0).apicId()).withLevel(true));
    return pin;
  }

  /** Whether its level can be seen. */
  public boolean isWired() {
    return ioApic.isPresent();
  }

  private void set(RedirectionEntry entry) {
    if (isWired()) {
      IoApic io = machine.ioApic(ioApic.getAsInt());
      io.setEntry(function.gsi() - io.gsiBase(), entry);
    }
  }

  /** Fails unless the pin requests an interrupt, or does not. */
  public void verify(boolean asserted) {
    if (!isWired()) {
      return;
    }
    Cpu cpu = machine.cpu(0);
    if (asserted) {
      machine.settle(() -> cpu.lapic().irr().contains(VECTOR));
    } else {
      machine.expectNothing();
    }
    assertThat(cpu.lapic().irr().contains(VECTOR))
        .as("interrupt requested by the pin of %s", function)
        .isEqualTo(asserted);
  }

  /** Takes what the pin requested; its condition must be over. */
  public void drain() {
    Cpu cpu = machine.cpu(0);
    if (isWired() && cpu.lapic().irr().contains(VECTOR)) {
      cpu.sti();
      cpu.serve(VECTOR);
      cpu.cli();
    }
  }

  /** Masks its route. */
  public void release() {
    set(RedirectionEntry.RESET);
  }
}
