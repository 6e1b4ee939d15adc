package io.apictck.benchmarks;

import io.apictck.model.chipset.ChipsetClient;

/** A world in which nothing happens. */
final class NoClient implements ChipsetClient {
  @Override
  public void interruptChanged(int cpu) {}

  @Override
  public void nmi(int cpu) {}

  @Override
  public void smi(int cpu) {}

  @Override
  public void init(int cpu) {}

  @Override
  public void startUp(int cpu, int vector) {}

  @Override
  public void deviceWrite(int requesterId, long address, int data) {}

  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public long tsc(int cpu) {
    return 0;
  }

  @Override
  public long nanosAtTsc(int cpu, long tsc) {
    return tsc;
  }
}
