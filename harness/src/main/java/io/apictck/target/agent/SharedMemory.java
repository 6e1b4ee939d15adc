package io.apictck.target.agent;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/** Guest memory that is mapped into this process. */
public final class SharedMemory implements GuestMemory {
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  private final MemorySegment ram;

  /** Guest-physical address 0 is the beginning of {@code ram}. */
  public SharedMemory(MemorySegment ram) {
    this.ram = ram;
  }

  @Override
  public long read64(long address) {
    return (long) LONG.getVolatile(ram, address);
  }

  @Override
  public void write64(long address, long value) {
    LONG.setVolatile(ram, address, value);
  }

  @Override
  public void write(long address, byte[] bytes) {
    MemorySegment.copy(bytes, 0, ram, ValueLayout.JAVA_BYTE, address, bytes.length);
  }

  @Override
  public void clear(long address, long size) {
    ram.asSlice(address, size).fill((byte) 0);
  }
}
