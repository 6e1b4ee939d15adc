package io.apictck.suites.support;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.machine.Cpu;

/** Interrupt messages of devices to one processor. */
public final class Messages {
  private Messages() {}

  /** A Fixed, edge-triggered message. */
  public static void edge(Cpu target, int vector) {
    send(target, MessageData.fixed(vector));
  }

  /** A Fixed, level-triggered, asserted message. */
  public static void level(Cpu target, int vector) {
    send(target, MessageData.fixedLevel(vector));
  }

  private static void send(Cpu target, MessageData data) {
    long address = Integer.toUnsignedLong(MessageAddress.physical(target.apicId()).raw());
    target.machine().deviceWrite(address, data.raw());
  }
}
