package io.apictck.suites.support;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.PicCommand;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The 8259 pair of a PC, initialized with all inputs masked, and the way of its interrupts to
 * processor 0, which runs with IF=0.
 *
 * <p>Inputs are named by their ISA interrupts, 0 to 15 without 2.
 */
public final class Pics {
  /** Vector of ISA interrupt 0. */
  public static final int MASTER_BASE = 0x50;

  /** Vector of ISA interrupt 8. */
  public static final int SLAVE_BASE = 0x58;

  private static final int IMCR_SELECT = 0x22;
  private static final int IMCR = 0x70;
  private static final int APIC_MODE = 1;
  private static final int LEVELS = 8;
  private static final int ISA_INTERRUPTS = 16;
  private static final int ALL = 0xFF;

  private final Machine machine;
  private final Cpu cpu;
  private final Pic master;
  private final Pic slave;

  private Pics(Machine machine) {
    this.machine = machine;
    cpu = machine.cpu(0);
    master = machine.masterPic();
    slave = machine.slavePic();
  }

  /** Virtual wire mode A: INTR goes through LINT0 of the local APIC of processor 0. */
  public static Pics throughLint0(Machine machine) {
    selectApicMode(machine);
    Pics pics = new Pics(machine);
    pics.initialize(PicCommand.ICW4_UPM, PicCommand.ICW4_UPM);
    machine
        .cpu(0)
        .lapic()
        .setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    return pics;
  }

  /** The local APIC of processor 0 is globally disabled: LINT0 is the pin INTR. */
  public static Pics pastDisabledApic(Machine machine) {
    selectApicMode(machine);
    Pics pics = new Pics(machine);
    pics.initialize(PicCommand.ICW4_UPM, PicCommand.ICW4_UPM);
    machine.cpu(0).lapic().disableGlobally();
    return pics;
  }

  /** Leaves PIC mode, where INTR goes past the local APIC, if the board has such a mode. */
  public static void selectApicMode(Machine machine) {
    if (machine.features().has(Feature.IMCR)) {
      machine.cpu(0).out8(IMCR_SELECT, IMCR);
      machine.cpu(0).out8(IMCR_SELECT + 1, APIC_MODE);
    }
  }

  /** Initializes both chips with these ICW4 and masks everything. */
  public void initialize(int masterIcw4, int slaveIcw4) {
    initialize(master, masterIcw4);
    initialize(slave, slaveIcw4);
  }

  /** Initializes both chips for normal EOI and masks everything. */
  public void initialize() {
    initialize(PicCommand.ICW4_UPM, PicCommand.ICW4_UPM);
  }

  /** Initializes one chip and masks all its inputs, in one block. */
  public void initialize(Pic chip, int icw4) {
    boolean isMaster = chip == master;
    int port = isMaster ? Pic.MASTER : Pic.SLAVE;
    cpu.run(
        out(port, PicCommand.ICW1 | PicCommand.ICW1_IC4),
        out(port + 1, isMaster ? MASTER_BASE : SLAVE_BASE),
        out(port + 1, isMaster ? 1 << PicCommand.CASCADE : PicCommand.CASCADE),
        out(port + 1, icw4),
        out(port + 1, ALL));
  }

  private static Instruction out(int port, int value) {
    return new Instruction.Out(port, 1, value);
  }

  /** The chip of ISA interrupts 0 to 7. */
  public Pic master() {
    return master;
  }

  /** The chip of ISA interrupts 8 to 15. */
  public Pic slave() {
    return slave;
  }

  /** The chip that an ISA interrupt is an input of. */
  public Pic chip(int irq) {
    return irq < LEVELS ? master : slave;
  }

  /** Number of the input at its chip. */
  public static int level(int irq) {
    return irq % LEVELS;
  }

  /** Its bit in the registers of its chip. */
  public static int bit(int irq) {
    return 1 << level(irq);
  }

  /** Its vector. */
  public static int vector(int irq) {
    return irq < LEVELS ? MASTER_BASE + irq : SLAVE_BASE + irq - LEVELS;
  }

  /** The ISA interrupts that the platform drives, in rising order. */
  public List<Integer> drivable() {
    return IntStream.range(0, ISA_INTERRUPTS)
        .filter(irq -> irq != PicCommand.CASCADE && machine.drivesIsaLine(irq))
        .boxed()
        .toList();
  }

  /** Unmasks these inputs and the way of the slave if it is needed; masks all others. */
  public void allowOnly(int... irqs) {
    allowOnly(Arrays.stream(irqs).boxed().toList());
  }

  /** As {@link #allowOnly(int...)}. */
  public void allowOnly(Iterable<Integer> irqs) {
    int masterMask = ALL;
    int slaveMask = ALL;
    for (int irq : irqs) {
      if (irq < LEVELS) {
        masterMask &= ~bit(irq);
      } else {
        masterMask &= ~(1 << PicCommand.CASCADE);
        slaveMask &= ~bit(irq);
      }
    }
    cpu.run(out(Pic.SLAVE + 1, slaveMask), out(Pic.MASTER + 1, masterMask));
  }

  /** Asserts the wire of an ISA interrupt. */
  public void raise(int irq) {
    machine.isaLine(irq, true);
  }

  /** Releases the wire of an ISA interrupt. */
  public void lower(int irq) {
    machine.isaLine(irq, false);
  }

  /** Waits until processor 0 takes this interrupt; it is in the handler then. */
  public InterruptFrame take(int irq) {
    return cpu.takeInterrupt(vector(irq));
  }

  /** Non-specific EOI, to the slave first if the interrupt came from it. */
  public void eoi(int irq) {
    if (irq >= LEVELS) {
      slave.eoi();
    }
    master.eoi();
  }

  /** Waits for this interrupt, ends it and returns. */
  public void serve(int irq) {
    take(irq);
    eoi(irq);
    cpu.iret();
  }

  /** With IF=1 for as long: takes exactly these interrupts, one after the other, ending each. */
  public void serveInOrder(Iterable<Integer> irqs) {
    cpu.sti();
    irqs.forEach(this::serve);
    machine.expectNothing();
    cpu.cli();
  }

  /** As {@link #serveInOrder(Iterable)}. */
  public void serveInOrder(int... irqs) {
    serveInOrder(Arrays.stream(irqs).boxed().toList());
  }

  /** With IF=1 for a while: nothing comes. */
  public void expectNothing() {
    cpu.sti();
    machine.expectNothing();
    cpu.cli();
  }

  /**
   * With IF=1 for as long: takes this one interrupt without ending it. Another one that is
   * requested already stays so.
   */
  public void acknowledge(int irq) {
    cpu.sti();
    take(irq);
    int mask = master.imr();
    // IRET sets IF before CLI can clear it
    master.setImr(ALL);
    cpu.iret();
    cpu.cli();
    master.setImr(mask);
  }

  /** Asserts a line, takes its interrupt without ending it, releases the line. */
  public void putInService(int irq) {
    raise(irq);
    acknowledge(irq);
    lower(irq);
  }
}
