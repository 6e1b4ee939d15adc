package io.apictck.target.qemu;

import io.apictck.platform.Board;
import io.apictck.platform.Board.SourceOverride;
import io.apictck.platform.Feature;
import io.apictck.platform.PlatformDescription.IoApic;
import io.apictck.platform.UnsupportedActionException;
import java.util.List;
import java.util.Set;
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
  /** What the command line needs for it. */
  static final List<String> DEVICES =
      List.of("-device", "pc-testdev", "-device", "edu,addr=" + EduFunction.DEVICE);

  private static final long IO_APIC = 0xFEC0_0000L;
  private static final int INPUTS = 24;
  private static final int ISA_INTERRUPTS = 16;
  private static final int TIMER_GSI = 2;

  /** First of 16 ports of {@code pc-testdev}, one an ISA interrupt. */
  private static final int TEST_DEVICE = 0x2000;

  /** PIRQD# of the chipset of {@code pc}, where the pin of the function {@code edu} ends. */
  private static final int PIRQ_D = 0x63;

  private static final int ISA_BRIDGE = 1 << 3;
  private static final int PC_FUNCTION_GSI = 10;
  private static final int Q35_FUNCTION_GSI = 20;

  private final boolean pc;
  private final EduFunction function = new EduFunction();

  /** The board of {@code pc} or {@code q35}. */
  QemuBoard(String machine) {
    this.pc = machine.equals("pc");
  }

  Board description() {
    Set<Integer> lines = IntStream.range(1, INPUTS).boxed().collect(Collectors.toSet());
    return new Board(
        List.of(new IoApic(IO_APIC, 0, INPUTS)),
        Set.of(Feature.PIC, Feature.ELCR, Feature.RTC),
        List.of(new SourceOverride(0, TIMER_GSI, false, false)),
        lines,
        List.of(
            new Board.PciFunction(
                EduFunction.REQUESTER_ID, 1, pc ? PC_FUNCTION_GSI : Q35_FUNCTION_GSI)));
  }

  /** After a reset: routes the pin of the function, as firmware does. */
  void reset(Qtest qtest) {
    function.reset();
    if (pc) {
      new QtestConfig(qtest, ISA_BRIDGE).write8(PIRQ_D, PC_FUNCTION_GSI);
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
    if (requesterId != EduFunction.REQUESTER_ID || number != 0) {
      throw new UnsupportedActionException(
          "the target qemu drives no interrupt %d of function %04X".formatted(number, requesterId));
    }
    function.interrupt(qtest, pending);
  }
}
