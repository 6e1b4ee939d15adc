package io.apictck.machine.uintr;

import io.apictck.arch.uintr.UserInterruptTarget;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/**
 * Driver of a user-interrupt target table (Intel SDM Vol. 3A, "User Interrupts", "User-Interrupt
 * Target Table").
 */
public final class TargetTable {
  private final Cpu cpu;
  private final long address;

  /** The table at an address, accessed by a processor. */
  public TargetTable(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** A new table of 256 entries that are not valid. */
  public static TargetTable create(Cpu cpu) {
    return new TargetTable(cpu, cpu.machine().newPage());
  }

  /** Its address. */
  public long address() {
    return address;
  }

  /** Makes an entry stand for a user vector of a descriptor. */
  public void point(int index, int vector, UserDescriptor descriptor) {
    set(index, UserInterruptTarget.control(vector), descriptor.address());
  }

  /** Replaces an entry. */
  public void set(int index, long control, long upidAddress) {
    long entry = address + (long) index * UserInterruptTarget.SIZE;
    cpu.run(
        new Instruction.Store(entry + UserInterruptTarget.CONTROL, 8, control),
        new Instruction.Store(entry + UserInterruptTarget.UPIDADDR, 8, upidAddress));
  }
}
