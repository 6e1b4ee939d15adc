package io.apictck.machine.uintr;

import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;

/**
 * Driver of a user posted-interrupt descriptor (Intel SDM Vol. 3A, "User Interrupts", "User
 * Posted-Interrupt Descriptor"). Writes are locked.
 */
public final class UserDescriptor {
  private final Cpu cpu;
  private final long address;

  /** The descriptor at an address, accessed by a processor. */
  public UserDescriptor(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** A new descriptor of zeros. */
  public static UserDescriptor create(Cpu cpu) {
    return new UserDescriptor(cpu, cpu.machine().newPage());
  }

  /** The same descriptor, accessed by another processor. */
  public UserDescriptor by(Cpu other) {
    return new UserDescriptor(other, address);
  }

  /** Its address. */
  public long address() {
    return address;
  }

  /** ON, SN, NV, NDST and what is reserved between them. */
  public long control() {
    return load(UserPostedInterruptDescriptor.CONTROL);
  }

  /** Replaces {@link #control}. */
  public void setControl(long value) {
    cpu.run(new Instruction.Exchange(address + UserPostedInterruptDescriptor.CONTROL, 8, value));
  }

  /** PIR: one bit for each user vector. */
  public long pir() {
    return load(UserPostedInterruptDescriptor.PIR);
  }

  /** Replaces PIR. */
  public void setPir(long value) {
    cpu.run(new Instruction.Exchange(address + UserPostedInterruptDescriptor.PIR, 8, value));
  }

  private long load(int offset) {
    return cpu.run(new Instruction.Load(address + offset, 8))[0];
  }
}
