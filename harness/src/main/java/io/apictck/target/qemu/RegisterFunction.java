package io.apictck.target.qemu;

import io.apictck.arch.MsiControl;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * A PCI function of QEMU whose interrupts are raised by writes to registers in its BAR 0. That is
 * at an address of ours only while it is written to, so tests may do with their BARs as they like.
 */
final class RegisterFunction {
  private static final int COMMAND = 4;
  private static final int MEMORY_SPACE = 2;
  private static final int BAR_0 = 0x10;
  private static final int WINDOW = 0xFE00_0000;

  private static final int EDU_RAISE = 0x60;
  private static final int EDU_ACKNOWLEDGE = 0x64;

  /** Interrupt cause read, set, mask set, and vector allocation of the 82574. */
  private static final int ICR = 0xC0;

  private static final int ICS = 0xC8;

  /** MSI capability of the 82574. */
  private static final int E1000E_MSI = 0xD0;

  private static final int IMS = 0xD0;
  private static final int IVAR = 0xE4;

  /** Causes 20 to 24 have vectors 0 to 4, all of them valid. */
  private static final int FIRST_CAUSE = 20;

  private static final int CAUSES = 0x1F << FIRST_CAUSE;
  private static final int VECTORS = 0xC_BA98;

  private final int device;
  private final int interrupts;
  private final IntFunction<List<Write>> raise;
  private final IntFunction<List<Write>> lower;
  private final Set<Integer> pending = new HashSet<>();

  private record Write(int register, int value) {}

  private RegisterFunction(
      int device, int interrupts, IntFunction<List<Write>> raise, IntFunction<List<Write>> lower) {
    this.device = device;
    this.interrupts = interrupts;
    this.raise = raise;
    this.lower = lower;
  }

  /** QEMU's {@code edu}: one interrupt, by its pin or MSI. */
  static RegisterFunction edu(int device) {
    return new RegisterFunction(
        device,
        1,
        _ -> List.of(new Write(EDU_RAISE, 1)),
        _ -> List.of(new Write(EDU_ACKNOWLEDGE, 1)));
  }

  /** An Intel 82574 network controller: five interrupts, by its pin, MSI or MSI-X. */
  static RegisterFunction e1000e(int device) {
    return new RegisterFunction(
        device,
        5,
        number ->
            List.of(
                new Write(IVAR, VECTORS),
                new Write(IMS, CAUSES),
                new Write(ICS, 1 << (FIRST_CAUSE + number))),
        number -> List.of(new Write(ICR, 1 << (FIRST_CAUSE + number))));
  }

  int requesterId() {
    return device << 3;
  }

  int interrupts() {
    return interrupts;
  }

  void reset() {
    pending.clear();
  }

  /** Makes a condition true or false. */
  void interrupt(Qtest qtest, int number, boolean now) {
    if (now != pending.contains(number)) {
      write(qtest, (now ? raise : lower).apply(number));
      if (now) {
        pending.add(number);
      } else {
        pending.remove(number);
      }
    }
  }

  /** Whether the 82574 tells of its causes by MSI. */
  private static boolean sendsMsi(QtestConfig config) {
    return ((config.read32(E1000E_MSI) >>> Short.SIZE) & MsiControl.ENABLE) != 0;
  }

  private void write(Qtest qtest, List<Write> writes) {
    QtestConfig config = new QtestConfig(qtest, requesterId());
    int bar = config.read32(BAR_0);
    // the status register above it has bits that writing 1 clears
    int command = config.read32(COMMAND) & 0xFFFF;
    config.write32(BAR_0, WINDOW);
    config.write32(COMMAND, command | MEMORY_SPACE);
    for (Write write : writes) {
      qtest.write32(Integer.toUnsignedLong(WINDOW) + write.register(), write.value());
      if (write.register() == ICS && sendsMsi(config)) {
        // otherwise the throttling timer of the 82574 repeats the message
        qtest.write32(Integer.toUnsignedLong(WINDOW) + ICR, write.value());
      }
    }
    config.write32(COMMAND, command);
    config.write32(BAR_0, bar);
  }
}
