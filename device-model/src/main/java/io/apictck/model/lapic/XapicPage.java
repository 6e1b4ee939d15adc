package io.apictck.model.lapic;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;

/**
 * The register page of xAPIC mode (Intel SDM Vol. 3A, "The Local APIC Block Diagram").
 *
 * <p>Supported: aligned 32-bit reads and writes. Reserved offsets and absent LVT entries read as
 * zero, ignore writes and set the illegal register address error; the arbitration priority and the
 * remote read register read as zero without an error.
 *
 * <p>Open points, decided: reads of other widths give the bytes of the register that they start in,
 * with zero in bytes 4 to 15 of its slot and in all that follows; writes other than aligned 32-bit
 * ones are ignored. Writes to read-only registers are ignored and no error; write-only registers
 * read as zero.
 */
class XapicPage {
  final LocalApic apic;

  XapicPage(LocalApic apic) {
    this.apic = apic;
  }

  /**
   * Reads.
   *
   * @param offset in the page
   * @param width 1, 2, 4 or 8 bytes
   */
  long read(int offset, int width) {
    int shift = (offset & 0xF) * Byte.SIZE;
    if (shift >= Integer.SIZE) {
      return 0;
    }
    long value = Integer.toUnsignedLong(read(offset)) >>> shift;
    return width >= Integer.BYTES ? value : value & ((1L << (width * Byte.SIZE)) - 1);
  }

  /** Writes the low {@code width} bytes of a value. */
  void write(int offset, int width, long value) {
    if (isWritable(offset, width)) {
      write(offset, (int) value);
    }
  }

  /** Whether a write has the form that works. */
  boolean isWritable(int offset, int width) {
    return width == Integer.BYTES && (offset & 0xF) == 0;
  }

  int read(int offset) {
    LapicRegister register = LapicRegister.atOrNull(offset);
    Access access = access(register);
    if (access == Access.ABSENT) {
      apic.errors.record(ErrorStatus.ILLEGAL_REGISTER_ADDRESS);
      return 0;
    }
    return access.readable() ? apic.readRegister(register, index(register, offset)) : 0;
  }

  void write(int offset, int value) {
    LapicRegister register = LapicRegister.atOrNull(offset);
    Access access = access(register);
    if (access == Access.ABSENT) {
      apic.errors.record(ErrorStatus.ILLEGAL_REGISTER_ADDRESS);
    } else if (access.writable()) {
      apic.writeRegister(register, value);
    }
  }

  /** What may be done with a register, null for a reserved offset. */
  Access access(LapicRegister register) {
    return register == null || !apic.lvt.exists(register)
        ? Access.ABSENT
        : register.access(ApicMode.XAPIC);
  }

  int index(LapicRegister register, int offset) {
    return (offset - register.offset()) >>> 4;
  }
}
