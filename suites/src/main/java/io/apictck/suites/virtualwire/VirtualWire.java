package io.apictck.suites.virtualwire;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.PicCommand;
import io.apictck.arch.RedirectionEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.suites.support.Pics;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The 8259 pair, initialized and with all inputs masked, and the ways its interrupts take to
 * processors (MultiProcessor Specification, "Interrupt Modes").
 */
public final class VirtualWire {
  /** LINT0 as virtual wire mode needs it. */
  public static final LvtEntry EXT_INT = LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT);

  private static final int LEVELS = 8;
  private static final int ISA_INTERRUPTS = 16;
  private static final int ALL = 0xFF;

  private static final int IMCR_SELECT = 0x22;
  private static final int IMCR = 0x70;

  private static final int PIT_CONTROL = 0x43;
  private static final int PIT_MODE_0 = 0x30;

  private final Machine machine;
  private final Pic master;
  private final Pic slave;
  private int masks = 0xFFFF;

  private VirtualWire(Machine machine) {
    this.machine = machine;
    this.master = machine.masterPic();
    this.slave = machine.slavePic();
    master.initialize(Pics.MASTER_BASE);
    master.setImr(ALL);
    slave.initialize(Pics.SLAVE_BASE);
    slave.setImr(ALL);
  }

  /** The pair, whose INTR no processor takes notice of yet. */
  public static VirtualWire disconnected(Machine machine) {
    quietTimer(machine);
    VirtualWire wire = new VirtualWire(machine);
    Pics.selectApicMode(machine);
    // some firmware and some implementations leave it connected
    machine.cpu(0).lapic().setLvt(LapicRegister.LVT_LINT0, EXT_INT.withMasked(true));
    return wire;
  }

  /** The pair, connected to LINT0 of a processor. */
  public static VirtualWire throughLint0(Machine machine, Cpu cpu) {
    VirtualWire wire = disconnected(machine);
    cpu.lapic().setLvt(LapicRegister.LVT_LINT0, EXT_INT);
    return wire;
  }

  /** The pair, connected to a processor by input 0 of the I/O APIC. */
  static VirtualWire throughIoApic(Machine machine, Cpu cpu) {
    VirtualWire wire = disconnected(machine);
    machine.ioApic().setEntry(0, extInt(cpu));
    return wire;
  }

  /** An unmasked ExtINT entry for a processor. */
  static RedirectionEntry extInt(Cpu cpu) {
    return RedirectionEntry.of(
        RedirectionEntry.fixed(0, cpu.apicId()).raw() | DeliveryMode.EXT_INT.code() << 8);
  }

  /** Ends the ticks of the 8254 that firmware may have started. */
  public static void quietTimer(Machine machine) {
    if (machine.features().has(Feature.PIT)) {
      machine.cpu(0).out8(PIT_CONTROL, PIT_MODE_0);
    }
  }

  /** Writes the interrupt mode configuration register. */
  static void setImcr(Machine machine, int value) {
    machine.cpu(0).out8(IMCR_SELECT, IMCR);
    machine.cpu(0).out8(IMCR_SELECT + 1, value);
  }

  /** Reads the interrupt mode configuration register. */
  static int imcr(Machine machine) {
    machine.cpu(0).out8(IMCR_SELECT, IMCR);
    return machine.cpu(0).in8(IMCR_SELECT + 1);
  }

  /** The ISA interrupts whose wires the platform drives and that are there in both worlds. */
  public static List<Integer> drivenIrqs(Machine machine) {
    return IntStream.range(0, ISA_INTERRUPTS)
        .filter(irq -> irq != PicCommand.CASCADE && machine.drivesIsaLine(irq))
        .boxed()
        .toList();
  }

  /** The vector of an ISA interrupt. */
  public static int vector(int irq) {
    return Pics.vector(irq);
  }

  /** Unmasks an ISA interrupt, and the cascade if it needs it. */
  public void unmask(int irq) {
    masks &= ~(1 << irq);
    if (irq >= LEVELS) {
      masks &= ~(1 << PicCommand.CASCADE);
    }
    writeMasks();
  }

  /** Masks an ISA interrupt. */
  public void mask(int irq) {
    masks |= 1 << irq;
    writeMasks();
  }

  /** Masks all of them. */
  public void maskAll() {
    masks = 0xFFFF;
    writeMasks();
  }

  private void writeMasks() {
    slave.setImr(masks >>> LEVELS & ALL);
    master.setImr(masks & ALL);
  }

  /** Whether the 8259 of an ISA interrupt has it in IRR. */
  public boolean requests(int irq) {
    return (irr() & 1 << irq) != 0;
  }

  /** Both IRRs, one bit for each ISA interrupt, without the cascade. */
  public int irr() {
    return (slave.irr() << LEVELS | master.irr()) & ~(1 << PicCommand.CASCADE);
  }

  /** Both ISRs, one bit for each ISA interrupt, without the cascade. */
  public int isr() {
    return (slave.isr() << LEVELS | master.isr()) & ~(1 << PicCommand.CASCADE);
  }

  /** Ends an ISA interrupt in the 8259 pair. */
  public void eoi(int irq) {
    if (irq >= LEVELS) {
      slave.eoi();
    }
    master.eoi();
  }

  /** Takes an ISA interrupt by its vector in the pair, ends and leaves it; its line stays. */
  public void serve(Cpu cpu, int irq) {
    cpu.takeInterrupt(vector(irq));
    eoi(irq);
    cpu.iret();
  }

  /** A handler that ends an ISA interrupt in the pair. */
  public InterruptHandler ending(int irq) {
    return (cpu, frame) -> {
      eoi(irq);
      cpu.iret();
    };
  }

  /** Asserts the wire of an ISA interrupt. */
  public void raise(int irq) {
    machine.isaLine(irq, true);
  }

  /** Releases the wire of an ISA interrupt. */
  public void lower(int irq) {
    machine.isaLine(irq, false);
  }
}
