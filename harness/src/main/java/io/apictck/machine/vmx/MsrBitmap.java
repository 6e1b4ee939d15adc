package io.apictck.machine.vmx;

import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/** Driver of an MSR bitmap (Intel SDM Vol. 3C, "MSR-Bitmap Address"): a page of four bitmaps. */
public final class MsrBitmap {
  private static final int HIGH_MSRS = 0x400;
  private static final int WRITES = 0x800;
  private static final int MSRS = 0x2000;
  private static final int FIRST_HIGH_MSR = 0xC000_0000;

  private final Cpu cpu;
  private final long address;

  /** The page at an address, accessed by a processor. */
  public MsrBitmap(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** Its physical address. */
  public long address() {
    return address;
  }

  /** Whether RDMSR of an MSR exits. */
  public void interceptReads(int msr, boolean exits) {
    set(offset(msr), msr, exits);
  }

  /** Whether WRMSR of an MSR exits. */
  public void interceptWrites(int msr, boolean exits) {
    set(WRITES + offset(msr), msr, exits);
  }

  private static int offset(int msr) {
    int number = msr & MSRS - 1;
    boolean high = (msr & -MSRS) == FIRST_HIGH_MSR;
    if (!high && msr != number) {
      throw new IllegalArgumentException(
          "MSR " + Integer.toHexString(msr) + "h has no bit in the bitmap");
    }
    return (high ? HIGH_MSRS : 0) + number / Byte.SIZE;
  }

  private void set(int offset, int msr, boolean exits) {
    int old = (int) cpu.run(new Instruction.Load(address + offset, 1))[0];
    int bit = 1 << (msr & 7);
    cpu.run(new Instruction.Store(address + offset, 1, exits ? old | bit : old & ~bit));
  }
}
