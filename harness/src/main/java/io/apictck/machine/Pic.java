package io.apictck.machine;

import io.apictck.arch.PicCommand;

/**
 * Driver of one 8259 interrupt controller of a PC's pair (Intel 8259A data sheet, "Programming the
 * 8259A"); processor 0 makes the accesses.
 */
public final class Pic {
  /** Even port of the master. */
  public static final int MASTER = 0x20;

  /** Even port of the slave. */
  public static final int SLAVE = 0xA0;

  private final Cpu cpu;
  private final int port;

  Pic(Cpu cpu, int port) {
    this.cpu = cpu;
    this.port = port;
  }

  /** Writes the even port: ICW1, OCW2 or OCW3. */
  public void command(int word) {
    cpu.out8(port, word);
  }

  /** Reads the even port: IRR, ISR or the answer to a poll. */
  public int status() {
    return cpu.in8(port);
  }

  /** Writes the odd port: OCW1, or the next word of an initialization sequence. */
  public void data(int word) {
    cpu.out8(port + 1, word);
  }

  /** Initializes it for 8086 mode with ICW4 {@code icw4}; its inputs are all unmasked then. */
  public void initialize(int vectorBase, int icw4) {
    command(PicCommand.ICW1 | PicCommand.ICW1_IC4);
    data(vectorBase);
    data(port == MASTER ? 1 << PicCommand.CASCADE : PicCommand.CASCADE);
    data(icw4);
  }

  /** Initializes it for 8086 mode with normal EOI; its inputs are all unmasked then. */
  public void initialize(int vectorBase) {
    initialize(vectorBase, PicCommand.ICW4_UPM);
  }

  /** Interrupt mask register: bit n masks input n. */
  public int imr() {
    return cpu.in8(port + 1);
  }

  /** Writes the interrupt mask register (OCW1). */
  public void setImr(int mask) {
    data(mask);
  }

  /** Interrupt request register. */
  public int irr() {
    command(PicCommand.OCW3 | PicCommand.RR);
    return status();
  }

  /** In-service register. */
  public int isr() {
    command(PicCommand.OCW3 | PicCommand.RR | PicCommand.RIS);
    return status();
  }

  /** Non-specific end of interrupt. */
  public void eoi() {
    command(PicCommand.NON_SPECIFIC_EOI);
  }

  /** Specific end of interrupt of a level, 0 to 7. */
  public void specificEoi(int level) {
    command(PicCommand.SPECIFIC_EOI | level);
  }

  /**
   * Poll command: acknowledges an interrupt without INTA; bit 7 set and the level, or bit 7 clear.
   */
  public int poll() {
    command(PicCommand.OCW3 | PicCommand.POLL);
    return status();
  }

  /** As in {@code master 8259}. */
  @Override
  public String toString() {
    return (port == MASTER ? "master" : "slave") + " 8259";
  }
}
