package io.apictck.target.agent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Guest memory in an array. */
final class ByteMemory implements GuestMemory {
  private final byte[] bytes = new byte[(int) AgentLayout.RAM_SIZE];
  private final ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);

  @Override
  public long read64(long address) {
    return buffer.getLong((int) address);
  }

  @Override
  public void write64(long address, long value) {
    buffer.putLong((int) address, value);
  }

  @Override
  public void write(long address, byte[] data) {
    System.arraycopy(data, 0, bytes, (int) address, data.length);
  }

  @Override
  public void clear(long address, long size) {
    Arrays.fill(bytes, (int) address, (int) (address + size), (byte) 0);
  }

  byte[] read(long address, int size) {
    return Arrays.copyOfRange(bytes, (int) address, (int) address + size);
  }
}
