package io.apictck.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.Event;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;

/** Looks whether what a platform drives arrives at both kinds of interrupt controllers. */
public final class WireProbe {
  private static final long LOCAL_APIC = 0xFEE0_0000L;
  private static final int EOI = 0xB0;
  private static final int SVR = 0xF0;
  private static final int LINT0 = 0x350;
  private static final int EXT_INT = 0x700;
  private static final int MASKED = 0x1_0000;
  private static final int MASTER = 0x20;
  private static final int SLAVE = 0xA0;
  private static final int CASCADE = 2;
  private static final int READ_IRR = 0x0A;
  private static final int PIC_VECTORS = 0x40;
  private static final int IO_APIC_VECTORS = 0x60;
  private static final int MESSAGE_VECTOR = 0x90;

  /** Where there is no memory. */
  private static final long TABLE = 0xF000_0000L;

  private final Platform platform;
  private final Board board;
  private long block;

  /** A platform that was just reset. */
  public WireProbe(Platform platform) {
    this.platform = platform;
    this.board = platform.description().board();
  }

  /** Executes instructions on processor 0. */
  public List<Event> execute(Instruction... instructions) {
    return platform.perform(new Action.Execute(0, ++block, List.of(instructions))).events();
  }

  private int in8(int port, int word) {
    return (int)
        ((Event.Completed)
                execute(new Instruction.Out(port, 1, word), new Instruction.In(port, 1)).getFirst())
            .values()[0];
  }

  private static Instruction lapic(int register, int value) {
    return new Instruction.Store(LOCAL_APIC + register, 4, value);
  }

  private void out(int port, int value) {
    execute(new Instruction.Out(port, 1, value));
  }

  private void initializePics() {
    for (int port : new int[] {MASTER, SLAVE}) {
      out(port, 0x11);
      out(port + 1, port == MASTER ? PIC_VECTORS : PIC_VECTORS + 8);
      out(port + 1, port == MASTER ? 1 << CASCADE : CASCADE);
      out(port + 1, 1);
      out(port + 1, 0xFF);
    }
  }

  private void route(int gsi, int entry) {
    long ioApic = board.ioApics().getFirst().address();
    execute(
        new Instruction.Store(ioApic, 4, 0x10 + 2 * gsi),
        new Instruction.Store(ioApic + 0x10, 4, entry));
  }

  private int isaOf(int gsi) {
    for (int irq = 0; irq < 16; irq++) {
      if (irq != CASCADE && board.gsiOfIsa(irq) == gsi) {
        return irq;
      }
    }
    return -1;
  }

  private List<Event> drive(int gsi, boolean asserted) {
    return platform.perform(new Action.SetLine(gsi, asserted)).events();
  }

  /** All that {@link Board#lines} names reach the I/O APIC, and the 8259 where they belong. */
  public void eachLineReachesItsControllers() {
    assertThat(board.devices()).contains(Feature.PIC);
    initializePics();
    execute(lapic(SVR, 0x1FF), new Instruction.Sti());
    List<String> broken = new ArrayList<>();
    for (int gsi : board.lines().stream().sorted().toList()) {
      route(gsi, IO_APIC_VECTORS + gsi);
      List<Event> events = drive(gsi, true);
      if (events.size() != 1
          || !(events.getFirst() instanceof Event.InterruptTaken taken)
          || taken.vector() != IO_APIC_VECTORS + gsi) {
        broken.add("GSI " + gsi + " at the I/O APIC: " + events);
        drive(gsi, false);
        continue;
      }
      int irr = in8(MASTER, READ_IRR) | in8(SLAVE, READ_IRR) << 8;
      int irq = isaOf(gsi);
      if (irq >= 0 && (irr & 1 << irq) == 0) {
        broken.add("GSI %d at the 8259: %04X".formatted(gsi, irr));
      }
      if (!drive(gsi, false).isEmpty()) {
        broken.add("GSI " + gsi + " when it fell");
      }
      route(gsi, MASKED);
      execute(lapic(EOI, 0), new Instruction.Iret());
    }
    assertThat(broken).isEmpty();
  }

  /** The INTR output of the 8259s arrives at LINT0. */
  public void aPicInterruptsThroughLint0(int irq) {
    initializePics();
    execute(lapic(SVR, 0x1FF), lapic(LINT0, EXT_INT), new Instruction.Sti());
    out((irq < 8 ? MASTER : SLAVE) + 1, ~(1 << (irq & 7)) & 0xFF);
    if (irq >= 8) {
      out(MASTER + 1, ~(1 << CASCADE) & 0xFF);
    }
    List<Event> events = drive(board.gsiOfIsa(irq), true);
    assertThat(events)
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken t && t.vector() == PIC_VECTORS + irq);
    assertThat(drive(board.gsiOfIsa(irq), false)).isEmpty();
  }

  private Instruction config(int requesterId, int offset) {
    return new Instruction.Out(0xCF8, 4, 0x8000_0000 | requesterId << 8 | offset);
  }

  private int readConfig(int requesterId, int offset) {
    return (int)
        ((Event.Completed)
                execute(config(requesterId, offset), new Instruction.In(0xCFC, 4)).getFirst())
            .values()[0];
  }

  private void writeConfig(int requesterId, int offset, int value) {
    execute(config(requesterId, offset), new Instruction.Out(0xCFC, 4, value));
  }

  private int capability(int requesterId, int id) {
    int offset = readConfig(requesterId, 0x34) & 0xFF;
    while (offset != 0 && (readConfig(requesterId, offset) & 0xFF) != id) {
      offset = readConfig(requesterId, offset) >>> 8 & 0xFF;
    }
    return offset;
  }

  /** Each function interrupts by its pin, and by messages when MSI or MSI-X is enabled. */
  public void functionsInterrupt() {
    execute(lapic(SVR, 0x1FF), new Instruction.Sti());
    assertThat(board.functions()).isNotEmpty();
    for (Board.PciFunction function : board.functions()) {
      int id = function.requesterId();
      route(function.gsi(), IO_APIC_VECTORS + function.gsi());
      for (int number = 0; number < function.interrupts(); number++) {
        interrupts(id, number, IO_APIC_VECTORS + function.gsi());
      }
      writeConfig(id, 4, (readConfig(id, 4) & 0xFFFF) | 4);
      messageInterrupts(id, capability(id, 5));
      int msix = capability(id, 0x11);
      if (msix != 0) {
        tableInterrupts(id, msix, function.interrupts());
      }
      assertThat(readConfig(id, 0x10)).as("BAR 0").isEqualTo(0);
    }
  }

  private void messageInterrupts(int id, int msi) {
    assertThat(msi).as("MSI capability").isNotZero();
    int header = readConfig(id, msi);
    boolean wide = (header >>> 16 & 0x80) != 0;
    writeConfig(id, msi + 4, (int) LOCAL_APIC);
    writeConfig(id, msi + (wide ? 0xC : 8), MESSAGE_VECTOR);
    writeConfig(id, msi, header | 0x1_0000);
    interrupts(id, 0, MESSAGE_VECTOR);
    writeConfig(id, msi, header);
  }

  private void tableInterrupts(int id, int msix, int interrupts) {
    int table = readConfig(id, msix + 4);
    writeConfig(id, 0x10 + 4 * (table & 7), (int) TABLE);
    writeConfig(id, 4, (readConfig(id, 4) & 0xFFFF) | 2);
    writeConfig(id, msix, readConfig(id, msix) | 0x8000_0000);
    for (int number = 0; number < interrupts; number++) {
      long entry = TABLE + (table & ~7) + 16L * number;
      execute(
          new Instruction.Store(entry, 4, LOCAL_APIC),
          new Instruction.Store(entry + 4, 4, 0),
          new Instruction.Store(entry + 8, 4, MESSAGE_VECTOR + 1 + number),
          new Instruction.Store(entry + 12, 4, 0));
      interrupts(id, number, MESSAGE_VECTOR + 1 + number);
    }
  }

  private void interrupts(int requesterId, int number, int vector) {
    assertThat(platform.perform(new Action.FunctionInterrupt(requesterId, number, true)).events())
        .hasSize(1)
        .allMatch(e -> e instanceof Event.InterruptTaken t && t.vector() == vector);
    assertThat(platform.perform(new Action.FunctionInterrupt(requesterId, number, false)).events())
        .isEmpty();
    execute(lapic(EOI, 0), new Instruction.Iret());
  }
}
