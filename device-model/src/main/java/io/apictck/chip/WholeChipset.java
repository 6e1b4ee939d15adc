package io.apictck.chip;

import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.platform.LocalLine;

/** A chip with local APICs: it is the whole chipset. */
final class WholeChipset implements Chipset {
  private final RemoteChip chip;
  private final ChipsetClient client;

  WholeChipset(ChipLink link, ChipDescription description, int processors, ChipsetClient client) {
    this.client = client;
    chip = new RemoteChip(link, description, processors, new Client());
  }

  @Override
  public void reset() {
    chip.reset();
  }

  @Override
  public void init(int cpu) {
    chip.init(cpu);
  }

  @Override
  public boolean decodes(int cpu, long address) {
    return chip.decodes(cpu, address);
  }

  @Override
  public long read(int cpu, long address, int width) {
    return chip.read(cpu, address, width);
  }

  @Override
  public void write(int cpu, long address, int width, long value) {
    chip.write(cpu, address, width, value);
  }

  @Override
  public long in(int cpu, int port, int width) {
    return chip.in(cpu, port, width);
  }

  @Override
  public void out(int cpu, int port, int width, int value) {
    chip.out(cpu, port, width, value);
  }

  @Override
  public boolean ownsMsr(int msr) {
    return chip.description().ownsMsr(msr);
  }

  @Override
  public long rdmsr(int cpu, int msr) {
    return chip.rdmsr(cpu, msr);
  }

  @Override
  public void wrmsr(int cpu, int msr, long value) {
    chip.wrmsr(cpu, msr, value);
  }

  @Override
  public void timeStampCounterChanged(int cpu) {
    if (chip.description().hasTime()) {
      chip.timeStampCounter(cpu, client.tsc(cpu));
    }
  }

  @Override
  public int cr8(int cpu) {
    return chip.cr8(cpu);
  }

  @Override
  public void setCr8(int cpu, int value) {
    chip.setCr8(cpu, value);
  }

  @Override
  public boolean apicEnabled(int cpu) {
    return chip.apicEnabled(cpu);
  }

  @Override
  public boolean interruptRequested(int cpu) {
    return chip.interruptRequested(cpu);
  }

  @Override
  public int acknowledge(int cpu) {
    return chip.acknowledge(cpu);
  }

  @Override
  public void setLine(int gsi, boolean asserted) {
    chip.line(gsi, asserted);
  }

  @Override
  public void functionInterrupt(int requesterId, int number, boolean pending) {
    chip.function(requesterId, number, pending);
  }

  @Override
  public void setLocalLine(int cpu, LocalLine line, boolean asserted) {
    chip.pin(cpu, line, asserted);
  }

  @Override
  public void supplyVector(int vector) {
    chip.supply(vector);
  }

  @Override
  public void message(int requesterId, long address, int data) {
    chip.message(requesterId, address, data);
  }

  @Override
  public void advanceTo(long nanos) {
    chip.advanceTo(nanos);
  }

  @Override
  public long nextEvent() {
    return chip.nextEvent();
  }

  /** Passes on what the chip says. */
  private final class Client implements RemoteChip.Listener {
    @Override
    public void interrupt(int cpu) {
      client.interruptChanged(cpu);
    }

    @Override
    public void nmi(int cpu) {
      client.nmi(cpu);
    }

    @Override
    public void smi(int cpu) {
      client.smi(cpu);
    }

    @Override
    public void init(int cpu) {
      client.init(cpu);
    }

    @Override
    public void startUp(int cpu, int vector) {
      client.startUp(cpu, vector);
    }

    @Override
    public void deviceWrite(int requesterId, long address, int data) {
      client.deviceWrite(requesterId, address, data);
    }

    @Override
    public void pic(boolean asserted) {
      throw new ProtocolException("a chip with local APICs wires INTR of its 8259 pair itself");
    }

    @Override
    public boolean send(long address, int data) {
      throw new ProtocolException("a chip with local APICs delivers its messages itself");
    }
  }
}
