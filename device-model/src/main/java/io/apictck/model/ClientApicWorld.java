package io.apictck.model;

import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.lapic.LocalApicWorld;

/** That part of the world of a local APIC which is its processor: told by way of the client. */
public abstract class ClientApicWorld implements LocalApicWorld {
  /** Index of the processor. */
  protected final int cpu;

  private final ChipsetClient client;

  /** The world of the local APIC of a processor. */
  protected ClientApicWorld(ChipsetClient client, int cpu) {
    this.client = client;
    this.cpu = cpu;
  }

  @Override
  public final void interruptChanged() {
    client.interruptChanged(cpu);
  }

  @Override
  public final void nmi() {
    client.nmi(cpu);
  }

  @Override
  public final void smi() {
    client.smi(cpu);
  }

  @Override
  public final void init() {
    client.init(cpu);
  }

  @Override
  public final void startUp(int vector) {
    client.startUp(cpu, vector);
  }

  @Override
  public final long tsc() {
    return client.tsc(cpu);
  }

  @Override
  public final long nanosAtTsc(long tsc) {
    return client.nanosAtTsc(cpu, tsc);
  }
}
