package io.apictck.target.kvm;

import io.apictck.platform.Board;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How the kernel's interrupt controllers are wired: as in a PC, where ISA interrupt 0 ends at input
 * 2 of the I/O APIC. KVM's PIT drives KVM's interrupt 0, so that is ISA interrupt 0, and KVM's
 * interrupt 2 is input 0 of the I/O APIC.
 */
final class KvmWires {
  private static final long IO_APIC_ADDRESS = 0xFEC0_0000L;
  private static final int INPUTS = 24;
  private static final int ISA_INTERRUPTS = 16;
  private static final int CASCADE = 2;
  private static final int TIMER_GSI = 2;

  // struct kvm_irq_routing and its entries
  private static final int HEAD = 8;
  private static final int ENTRY = 48;
  private static final int ENTRY_TYPE = 4;
  private static final int ENTRY_CHIP = 16;
  private static final int ENTRY_PIN = 20;
  private static final int TYPE_IRQCHIP = 1;
  private static final int MASTER = 0;
  private static final int SLAVE = 1;
  private static final int IO_APIC = 2;

  private record Route(int interrupt, int chip, int pin) {}

  private KvmWires() {}

  /** What it is to a test. */
  static Board board(boolean pit) {
    Set<Feature> devices = EnumSet.of(Feature.PIC, Feature.ELCR);
    if (pit) {
      devices.add(Feature.PIT);
    }
    return new Board(
        List.of(new IoApic(IO_APIC_ADDRESS, 0, INPUTS)),
        devices,
        List.of(new SourceOverride(0, TIMER_GSI, false, false)),
        IntStream.range(0, INPUTS).boxed().collect(Collectors.toSet()),
        List.of());
  }

  /** KVM's number of the wire of a global system interrupt. */
  static int interrupt(int gsi) {
    return switch (gsi) {
      case 0 -> TIMER_GSI;
      case TIMER_GSI -> 0;
      default -> gsi;
    };
  }

  /** A struct kvm_irq_routing. */
  static MemorySegment routing(Arena arena) {
    List<Route> routes = new ArrayList<>();
    for (int irq = 0; irq < ISA_INTERRUPTS; irq++) {
      if (irq != CASCADE) {
        routes.add(new Route(irq, irq < 8 ? MASTER : SLAVE, irq & 7));
      }
    }
    for (int gsi = 0; gsi < INPUTS; gsi++) {
      routes.add(new Route(interrupt(gsi), IO_APIC, gsi));
    }
    MemorySegment table = arena.allocate(HEAD + (long) routes.size() * ENTRY, 8);
    table.set(ValueLayout.JAVA_INT, 0, routes.size());
    for (int i = 0; i < routes.size(); i++) {
      long at = HEAD + (long) i * ENTRY;
      table.set(ValueLayout.JAVA_INT, at, routes.get(i).interrupt());
      table.set(ValueLayout.JAVA_INT, at + ENTRY_TYPE, TYPE_IRQCHIP);
      table.set(ValueLayout.JAVA_INT, at + ENTRY_CHIP, routes.get(i).chip());
      table.set(ValueLayout.JAVA_INT, at + ENTRY_PIN, routes.get(i).pin());
    }
    return table;
  }
}
