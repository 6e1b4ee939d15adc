package io.apictck.suites.gsi;

import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import java.util.ArrayList;
import java.util.List;

/** Every input of every I/O APIC, unmasked and edge-triggered, each with a vector of its own. */
final class AllInputs {
  private static final int FIRST_VECTOR = 0x40;
  private static final int LIMIT = 0xA0;

  private final Cpu cpu;
  private final List<Integer> taken = new ArrayList<>();

  /** Routes them to a processor, which counts what they bring. */
  AllInputs(Machine machine, Cpu cpu) {
    this.cpu = cpu;
    for (int i = 0; i < machine.description().ioApics().size(); i++) {
      IoApic ioApic = machine.ioApic(i);
      for (int input = 0; input < ioApic.inputs(); input++) {
        int gsi = ioApic.gsiBase() + input;
        if (gsi < LIMIT) {
          cpu.onInterrupt(FIRST_VECTOR + gsi, (self, frame) -> log(gsi));
          Input.of(machine, gsi).routeEdge(FIRST_VECTOR + gsi, cpu);
        }
      }
    }
  }

  private void log(int gsi) {
    taken.add(gsi);
    cpu.finishInterrupt();
  }

  /** The global system interrupts that came since the last call, in order. */
  List<Integer> take() {
    List<Integer> all = List.copyOf(taken);
    taken.clear();
    return all;
  }

  /** How many came since the last {@link #take}. */
  int count() {
    return taken.size();
  }
}
