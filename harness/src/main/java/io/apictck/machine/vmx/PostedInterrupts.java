package io.apictck.machine.vmx;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.util.function.UnaryOperator;

/**
 * Driver of a posted-interrupt descriptor (Intel SDM Vol. 3C, "Posted-Interrupt Processing"). All
 * accesses are locked where the rules ask for it; usable while the processor that it is given is in
 * VMX root operation.
 */
public final class PostedInterrupts {
  private static final int QUADS = 4;

  private final Cpu cpu;
  private final long address;

  /** The descriptor at an address, accessed by a processor. */
  public PostedInterrupts(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** A new descriptor of zeros. */
  public static PostedInterrupts create(Cpu cpu) {
    return new PostedInterrupts(cpu, cpu.machine().newPage());
  }

  /** The same descriptor, accessed by another processor. */
  public PostedInterrupts by(Cpu other) {
    return new PostedInterrupts(other, address);
  }

  /** Its physical address. */
  public long address() {
    return address;
  }

  /** Sets the bit of a vector in PIR. */
  public void request(int vector) {
    cpu.run(
        new Instruction.LockedOr(
            address + PostedInterruptDescriptor.PIR + (vector >>> 6) * 8L, 8, 1L << vector));
  }

  /** Replaces PIR. */
  public void setPir(VectorSet vectors) {
    for (int i = 0; i < QUADS; i++) {
      long low = Integer.toUnsignedLong(vectors.word(2 * i));
      long high = Integer.toUnsignedLong(vectors.word(2 * i + 1));
      cpu.run(
          new Instruction.Exchange(
              address + PostedInterruptDescriptor.PIR + i * 8L, 8, high << 32 | low));
    }
  }

  /** PIR. */
  public VectorSet pir() {
    VectorSet vectors = new VectorSet();
    for (int i = 0; i < QUADS; i++) {
      long quad = quad(PostedInterruptDescriptor.PIR + i * 8);
      vectors.setWord(2 * i, (int) quad);
      vectors.setWord(2 * i + 1, (int) (quad >>> 32));
    }
    return vectors;
  }

  /** Takes the requests out of PIR, each quadword in one atomic step; gives them. */
  public VectorSet takeRequests() {
    VectorSet vectors = new VectorSet();
    for (int i = 0; i < QUADS; i++) {
      long quad =
          cpu.run(new Instruction.Exchange(address + PostedInterruptDescriptor.PIR + i * 8L, 8, 0))[
              0];
      vectors.setWord(2 * i, (int) quad);
      vectors.setWord(2 * i + 1, (int) (quad >>> 32));
    }
    return vectors;
  }

  /** ON, SN, NV, NDST and what is reserved between them: the quadword at offset 32. */
  public long control() {
    return quad(PostedInterruptDescriptor.CONTROL);
  }

  /** Replaces {@link #control}. */
  public void setControl(long value) {
    cpu.run(new Instruction.Exchange(address + PostedInterruptDescriptor.CONTROL, 8, value));
  }

  /** {@link #control}, decoded. */
  public NotificationControl notification() {
    return NotificationControl.of(control());
  }

  /** Replaces {@link #control} if it is what is expected; gives what it was. */
  public NotificationControl exchangeControl(
      NotificationControl expected, NotificationControl value) {
    return NotificationControl.of(
        cpu.run(
                new Instruction.CompareExchange(
                    address + PostedInterruptDescriptor.CONTROL, 8, expected.raw(), value.raw()))[
            0]);
  }

  /**
   * Changes {@link #control} in one atomic step, whatever else changes it at the same time; gives
   * what it was.
   */
  public NotificationControl update(UnaryOperator<NotificationControl> change) {
    NotificationControl expected = notification();
    NotificationControl found = exchangeControl(expected, change.apply(expected));
    while (!found.equals(expected)) {
      expected = found;
      found = exchangeControl(expected, change.apply(expected));
    }
    return found;
  }

  /** Outstanding notification. */
  public boolean on() {
    return (control() & PostedInterruptDescriptor.ON) != 0;
  }

  /** Eight bytes at an offset. */
  public long quad(int offset) {
    return cpu.run(new Instruction.Load(address + offset, 8))[0];
  }

  /** Replaces eight bytes at an offset. */
  public void setQuad(int offset, long value) {
    cpu.run(new Instruction.Exchange(address + offset, 8, value));
  }
}
