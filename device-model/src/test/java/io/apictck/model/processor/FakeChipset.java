package io.apictck.model.processor;

import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.LocalLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Interrupt controllers without priorities: vectors wait in a queue, and a store to its page sends.
 *
 * <p>The value of the store says what to send: kind in bits 15:8, processor in bits 7:0, vector in
 * bits 23:16.
 */
final class FakeChipset implements Chipset {
  static final long PAGE = 0xFEE0_0000L;
  static final int FIXED = 0;
  static final int SMI = 2;
  static final int NMI = 4;
  static final int INIT = 5;
  static final int STARTUP = 6;

  /** An MSR whose write requests an interrupt of its own processor. */
  static final int SELF_IPI = 0x83F;

  /** An MSR whose write arms the timer: nanoseconds from now in bits 63:8, vector in bits 7:0. */
  static final int TIMER = 0x838;

  private final ChipsetClient client;
  private final List<Queue<Integer>> requests = new ArrayList<>();
  private final int[] cr8;
  private long deadline = Long.MAX_VALUE;
  private int timerCpu;
  private int timerVector;

  /** How often it got an EOI. */
  int ended;

  /** Processors whose local APIC took the state after INIT. */
  final List<Integer> initialized = new ArrayList<>();

  FakeChipset(int processors, ChipsetClient client) {
    this.client = client;
    cr8 = new int[processors];
    for (int cpu = 0; cpu < processors; cpu++) {
      requests.add(new ArrayDeque<>());
    }
  }

  static long message(int kind, int cpu, int vector) {
    return kind << 8 | cpu | (long) vector << 16;
  }

  @Override
  public void reset() {
    requests.forEach(Queue::clear);
    deadline = Long.MAX_VALUE;
  }

  @Override
  public void init(int cpu) {
    initialized.add(cpu);
    requests.get(cpu).clear();
  }

  @Override
  public boolean decodes(int cpu, long address) {
    return address >>> 12 == PAGE >>> 12;
  }

  @Override
  public long read(int cpu, long address, int width) {
    return 0x1234_5678;
  }

  @Override
  public void write(int cpu, long address, int width, long value) {
    int receiver = (int) value & 0xFF;
    int vector = (int) (value >>> 16) & 0xFF;
    switch ((int) (value >>> 8) & 0xFF) {
      case FIXED -> request(receiver, vector);
      case SMI -> client.smi(receiver);
      case NMI -> client.nmi(receiver);
      case INIT -> client.init(receiver);
      case STARTUP -> client.startUp(receiver, vector);
      default -> throw new IllegalArgumentException("no such kind");
    }
  }

  @Override
  public boolean ownsMsr(int msr) {
    return msr == SELF_IPI || msr == TIMER;
  }

  @Override
  public long rdmsr(int cpu, int msr) {
    throw GeneralProtectionException.GP;
  }

  @Override
  public void wrmsr(int cpu, int msr, long value) {
    if (msr == SELF_IPI) {
      request(cpu, (int) value);
    } else {
      deadline = client.nanos() + (value >>> 8);
      timerCpu = cpu;
      timerVector = (int) value & 0xFF;
    }
  }

  @Override
  public boolean x2apic(int cpu) {
    return false;
  }

  @Override
  public void eoi(int cpu) {
    ended++;
  }

  @Override
  public void sendIpi(int cpu, int vector, int apicId) {
    request(apicId, vector);
  }

  @Override
  public int cr8(int cpu) {
    return cr8[cpu];
  }

  @Override
  public void setCr8(int cpu, int value) {
    cr8[cpu] = value;
  }

  @Override
  public boolean apicEnabled(int cpu) {
    return cpu == 0;
  }

  @Override
  public boolean interruptRequested(int cpu) {
    return !requests.get(cpu).isEmpty();
  }

  @Override
  public int acknowledge(int cpu) {
    return requests.get(cpu).remove();
  }

  @Override
  public void setLine(int gsi, boolean asserted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLocalLine(int cpu, LocalLine line, boolean asserted) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void supplyVector(int vector) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void message(int requesterId, long address, int data) {
    request(0, data & 0xFF);
  }

  @Override
  public void advanceTo(long nanos) {
    if (deadline <= nanos) {
      deadline = Long.MAX_VALUE;
      request(timerCpu, timerVector);
    }
  }

  @Override
  public long nextEvent() {
    return deadline;
  }

  private void request(int cpu, int vector) {
    requests.get(cpu).add(vector);
    client.interruptChanged(cpu);
  }
}
