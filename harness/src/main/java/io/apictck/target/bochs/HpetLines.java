package io.apictck.target.bochs;

import io.apictck.platform.Board;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.target.agent.GuestMemory;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Drives the wires of Bochs by a timer of its HPET (IA-PC HPET Specification, "Timer N
 * Configuration and Capabilities Register"), which processors write to between the blocks of tests.
 *
 * <p>The timer is periodic and level-triggered, and its interrupt is not enabled: all it does by
 * itself is to set its status bit again and again. Enabled for a moment with that bit set, it
 * raises the wire that it is routed to, and the wire stays so. The status bit, cleared while the
 * timer is routed there, lowers it.
 */
final class HpetLines {
  private static final long STATUS = 0xFED0_0020L;
  private static final long TIMER_CONFIGURATION = 0xFED0_0100L;
  private static final long TIMER_COMPARATOR = 0xFED0_0108L;
  private static final int LEVEL = 1 << 1;
  private static final int ENABLE = 1 << 2;
  private static final int PERIODIC = 1 << 3;
  private static final int SET_VALUE = 1 << 6;
  private static final int WIDTH_32 = 1 << 8;
  private static final int IDLE = LEVEL | PERIODIC | WIDTH_32;
  private static final int ROUTE = 9;

  /** In counts of 10 ns: two thousand instructions, less than a frame on the serial line takes. */
  private static final int PERIOD = 200_000;

  private static final long IO_APIC = 0xFEC0_0000L;
  private static final int INPUTS = 24;
  private static final int TIMER_GSI = 2;

  /** The serial port, which lowers its wire whenever a byte comes. */
  private static final int SERIAL_PORT = 4;

  private final Set<Integer> raised = new TreeSet<>();

  /** What is wired to what, and which wires can be driven. */
  static Board board() {
    return new Board(
        List.of(new IoApic(IO_APIC, 0, INPUTS)),
        Set.of(Feature.PIC, Feature.ELCR, Feature.PIT, Feature.RTC),
        List.of(new SourceOverride(0, TIMER_GSI, false, false)),
        IntStream.range(1, INPUTS)
            .filter(gsi -> gsi != SERIAL_PORT)
            .boxed()
            .collect(Collectors.toSet()),
        List.of());
  }

  /** Prepares the timer of a machine that was just reset; the HPET does not count yet. */
  void start(GuestMemory memory) {
    raised.clear();
    memory.write64(TIMER_CONFIGURATION, IDLE | SET_VALUE);
    memory.write64(TIMER_COMPARATOR, PERIOD);
  }

  /** Whether a wire is raised, which a reset of the machine does not end. */
  boolean anyRaised() {
    return !raised.isEmpty();
  }

  void line(GuestMemory memory, int gsi, boolean asserted) {
    if (asserted == raised.contains(gsi)) {
      return;
    }
    int routed = (gsi == TIMER_GSI ? 0 : gsi) << ROUTE | IDLE;
    if (asserted) {
      raised.add(gsi);
      memory.write64(TIMER_CONFIGURATION, routed | ENABLE);
      memory.write64(TIMER_CONFIGURATION, routed);
    } else {
      raised.remove(gsi);
      memory.write64(TIMER_CONFIGURATION, routed);
      memory.write64(STATUS, 1);
    }
  }
}
