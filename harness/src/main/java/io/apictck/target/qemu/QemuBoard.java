package io.apictck.target.qemu;

import io.apictck.platform.Board;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.platform.UnsupportedActionException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is wired to what in the PCs that QEMU emulates, and how the wires are driven.
 *
 * <p>The device {@code pc-testdev} drives the wires of the ISA interrupts, which end at an 8259 and
 * at the I/O APIC; the other inputs of the I/O APIC are driven themselves. ISA interrupt 0 is wired
 * to input 2. Input 0 is not there: QEMU takes it for input 2. The interval timers (PIT and HPET)
 * are left out, since they would drive ISA interrupt 0: QEMU's PIT runs from power-on.
 */
final class QemuBoard {
  private static final int EDU = 4;
  private static final int E1000E = 5;

  /** What the command line needs for it. */
  static final List<String> DEVICES =
      List.of(
          "-device",
          "pc-testdev",
          "-device",
          "edu,addr=" + EDU,
          "-device",
          "e1000e,romfile=,addr=" + E1000E);

  private static final long IO_APIC = 0xFEC0_0000L;
  private static final int INPUTS = 24;
  private static final int ISA_INTERRUPTS = 16;
  private static final int TIMER_GSI = 2;

  /** First of 16 ports of {@code pc-testdev}, one an ISA interrupt. */
  private static final int TEST_DEVICE = 0x2000;

  /** PIRQA# of the chipset of {@code pc}, and where device 5's pin ends; device 4's is PIRQD#. */
  private static final int PIRQ_A = 0x60;

  private static final int PIRQ_D = 0x63;

  /** No firmware assigns their BARs. */
  private static final long WINDOWS = 0xF000_0000L;

  private static final int ISA_BRIDGE = 1 << 3;

  private final boolean pc;
  private final boolean iommu;
  private final Map<Integer, RegisterFunction> functions = new TreeMap<>();
  private final int eduGsi;
  private final int e1000eGsi;

  /** The board of {@code pc} or {@code q35}. */
  QemuBoard(QemuOptions options) {
    this.pc = options.machine().equals("pc");
    this.iommu = options.iommu();
    // q35 wires the pins of devices 4 and 5 to PIRQE# and PIRQF#
    this.eduGsi = pc ? 10 : 20;
    this.e1000eGsi = pc ? 11 : 21;
    for (RegisterFunction function :
        List.of(RegisterFunction.edu(EDU), RegisterFunction.e1000e(E1000E))) {
      functions.put(function.requesterId(), function);
    }
  }

  Board description() {
    Set<Integer> lines = IntStream.range(1, INPUTS).boxed().collect(Collectors.toSet());
    return new Board(
        List.of(new IoApic(IO_APIC, 0, INPUTS)),
        Set.of(Feature.PIC, Feature.ELCR, Feature.RTC),
        List.of(new SourceOverride(0, TIMER_GSI, false, false)),
        lines,
        List.of(
            describe(EDU, eduGsi, WINDOWS),
            describe(E1000E, e1000eGsi, WINDOWS + Board.PciFunction.WINDOW_SIZE)),
        iommu ? List.of(QemuIommu.UNIT) : List.of());
  }

  private Board.PciFunction describe(int device, int gsi, long window) {
    RegisterFunction function = functions.get(device << 3);
    return new Board.PciFunction(function.requesterId(), function.interrupts(), gsi, window);
  }

  /** After a reset: routes the pins of the functions, as firmware does. */
  void reset(Qtest qtest) {
    functions.values().forEach(RegisterFunction::reset);
    if (pc) {
      QtestConfig bridge = new QtestConfig(qtest, ISA_BRIDGE);
      bridge.write8(PIRQ_D, eduGsi);
      bridge.write8(PIRQ_A, e1000eGsi);
    }
  }

  void line(Qtest qtest, int gsi, boolean asserted) {
    if (gsi < 1 || gsi >= INPUTS) {
      throw new UnsupportedActionException(
          "QEMU's I/O APIC has no input of its own for global system interrupt " + gsi);
    }
    if (gsi < ISA_INTERRUPTS) {
      qtest.out8(TEST_DEVICE + (gsi == TIMER_GSI ? 0 : gsi), asserted ? 1 : 0);
    } else {
      qtest.line(gsi, asserted);
    }
  }

  void functionInterrupt(Qtest qtest, int requesterId, int number, boolean pending) {
    RegisterFunction function = functions.get(requesterId);
    if (function == null || number < 0 || number >= function.interrupts()) {
      throw new UnsupportedActionException(
          "the target qemu drives no interrupt %d of function %04X".formatted(number, requesterId));
    }
    function.interrupt(qtest, number, pending);
  }
}
