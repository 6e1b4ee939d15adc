package io.apictck.platform;

import java.util.Arrays;

/**
 * The machine code of an {@link Instruction} for 64-bit mode.
 *
 * <p>Three pieces run in this order: {@code setUp} loads operands into RAX, RCX, RDX, RSI, RDI, R8
 * and R11 or puts them on the stack; {@code body} is the instruction itself; {@code store} puts
 * results where R15 points and moves R15 on by eight bytes a value. R14 holds what RSP was before
 * the block: a multiple of 16, below 4 GiB, with free stack below it. An interrupt that returns
 * into {@code setUp} interrupted before the instruction, one that returns behind {@code body} after
 * it.
 */
public final class MachineCode {
  private final byte[] setUp;
  private final byte[] body;
  private final byte[] store;

  MachineCode(byte[] setUp, byte[] body, byte[] store) {
    this.setUp = setUp;
    this.body = body;
    this.store = store;
  }

  /** A copy of the bytes that load the operands. */
  public byte[] setUp() {
    return setUp.clone();
  }

  /** A copy of the bytes of the instruction itself. */
  public byte[] body() {
    return body.clone();
  }

  /** How many bytes the instruction itself has. */
  int bodyLength() {
    return body.length;
  }

  /** A copy of the bytes that store the results. */
  public byte[] store() {
    return store.clone();
  }

  /** All three pieces. */
  public byte[] bytes() {
    byte[] all = Arrays.copyOf(setUp, setUp.length + body.length + store.length);
    System.arraycopy(body, 0, all, setUp.length, body.length);
    System.arraycopy(store, 0, all, setUp.length + body.length, store.length);
    return all;
  }
}
