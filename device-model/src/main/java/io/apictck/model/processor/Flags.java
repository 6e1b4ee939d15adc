package io.apictck.model.processor;

import io.apictck.arch.Rflags;

/**
 * Which bits of RFLAGS an instruction may load (Intel SDM Vol. 1, "EFLAGS Register"; Vol. 2,
 * "POPF/POPFD/POPFQ").
 */
final class Flags {
  /** Bit 0: carry. */
  static final long CF = 1;

  /** Bit 6: zero. */
  static final long ZF = 1 << 6;

  /** Bit 10: direction of string instructions. */
  static final long DF = 1 << 10;

  /** Bits 13:12: the least privileged level that may change IF and use ports. */
  static final long IOPL = 3 << 12;

  /** Bit 14: nested task. */
  static final long NT = 1 << 14;

  private static final int IOPL_SHIFT = 12;

  /** CF, PF, AF, ZF, SF, OF. */
  private static final long STATUS = 0x8D5;

  /** AC and ID. */
  private static final long AC_ID = (1 << 18) | (1 << 21);

  private static final long ANY_LEVEL = STATUS | Rflags.TF | DF | NT | AC_ID;

  private Flags() {}

  static int iopl(long rflags) {
    return (int) (rflags & IOPL) >>> IOPL_SHIFT;
  }

  /** RFLAGS after POPF of {@code value}. */
  static long load(long rflags, long value, int cpl) {
    long writable = ANY_LEVEL;
    if (cpl <= iopl(rflags)) {
      writable |= Rflags.IF;
    }
    if (cpl == 0) {
      writable |= IOPL;
    }
    return (rflags & ~writable) | (value & writable) | Rflags.FIXED;
  }
}
