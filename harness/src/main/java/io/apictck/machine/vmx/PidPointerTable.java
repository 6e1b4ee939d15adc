package io.apictck.machine.vmx;

import io.apictck.arch.vmx.PidPointer;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/** Driver of a PID-pointer table (Intel SDM Vol. 3C, "IPI Virtualization"). */
public final class PidPointerTable {
  private final Cpu cpu;
  private final long address;

  /** The table at an address, accessed by a processor. */
  public PidPointerTable(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** A new table of 512 entries that are not valid. */
  public static PidPointerTable create(Cpu cpu) {
    return new PidPointerTable(cpu, cpu.machine().newPage());
  }

  /** Its physical address. */
  public long address() {
    return address;
  }

  /** Makes an entry point to a descriptor. */
  public void point(int index, PostedInterrupts descriptor) {
    set(index, PidPointer.to(descriptor.address()));
  }

  /** Replaces an entry. */
  public void set(int index, long entry) {
    cpu.run(new Instruction.Store(address + (long) index * PidPointer.SIZE, 8, entry));
  }
}
