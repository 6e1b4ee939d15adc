package io.apictck.arch;

/**
 * Command words of an 8259 interrupt controller (Intel 8259A data sheet, "Initialization Command
 * Words" and "Operation Command Words").
 */
public final class PicCommand {
  /** ICW1 is a write to the even port with this bit set. */
  public static final int ICW1 = 1 << 4;

  /** ICW1: ICW4 follows. */
  public static final int ICW1_IC4 = 1;

  /** ICW1: a single chip, ICW3 does not follow. */
  public static final int ICW1_SNGL = 1 << 1;

  /** ICW1: level-triggered inputs; chipsets with edge/level control registers ignore it. */
  public static final int ICW1_LTIM = 1 << 3;

  /** ICW4: 8086 mode. */
  public static final int ICW4_UPM = 1;

  /** ICW4: automatic end of interrupt. */
  public static final int ICW4_AEOI = 1 << 1;

  /** ICW4: special fully nested mode. */
  public static final int ICW4_SFNM = 1 << 4;

  /** OCW2: clears rotation in automatic EOI mode. */
  public static final int CLEAR_ROTATE_IN_AEOI = 0x00;

  /** OCW2: non-specific EOI. */
  public static final int NON_SPECIFIC_EOI = 0x20;

  /** OCW2: no operation. */
  public static final int NO_OPERATION = 0x40;

  /** OCW2: specific EOI of the level in bits 2:0. */
  public static final int SPECIFIC_EOI = 0x60;

  /** OCW2: sets rotation in automatic EOI mode. */
  public static final int ROTATE_IN_AEOI = 0x80;

  /** OCW2: rotation on non-specific EOI. */
  public static final int ROTATE_ON_NON_SPECIFIC_EOI = 0xA0;

  /** OCW2: the level in bits 2:0 becomes the lowest. */
  public static final int SET_PRIORITY = 0xC0;

  /** OCW2: rotation on specific EOI of the level in bits 2:0. */
  public static final int ROTATE_ON_SPECIFIC_EOI = 0xE0;

  /** OCW3 is a write to the even port with bit 3 set and bits 7 and 4 clear. */
  public static final int OCW3 = 1 << 3;

  /** OCW3: poll. */
  public static final int POLL = 1 << 2;

  /** OCW3: selects the status register to read: IRR, or ISR together with {@link #RIS}. */
  public static final int RR = 1 << 1;

  /** OCW3: ISR, with {@link #RR}. */
  public static final int RIS = 1;

  /** OCW3: sets or clears special mask mode. */
  public static final int ESMM = 1 << 6;

  /** OCW3: special mask mode is set, with {@link #ESMM}. */
  public static final int SMM = 1 << 5;

  /** Level of the master that the slave is wired to. */
  public static final int CASCADE = 2;

  private PicCommand() {}
}
