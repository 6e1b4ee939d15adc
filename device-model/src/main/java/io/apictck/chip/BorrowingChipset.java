package io.apictck.chip;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.Msr;
import io.apictck.model.ClientApicWorld;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.lapic.ApicBus;
import io.apictck.model.lapic.DueTimes;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.model.lapic.LocalApic;
import io.apictck.model.msi.MessageDecoder;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import java.util.Arrays;

/**
 * A chip without local APICs, and the reference local APICs around it. INTR of its 8259 pair is
 * wired to LINT0 of each processor; messages of its I/O APIC and of functions go to the local
 * APICs.
 */
final class BorrowingChipset implements Chipset {
  private static final int NOT_SUPPLIED = -1;

  private final RemoteChip chip;
  private final ChipsetClient client;
  private final LocalApic[] apics;
  private final ApicBus bus;
  private final MessageDecoder messages;
  private final DueTimes timers;

  /** LINT0 of each processor as a test drives it; INTR of the 8259 pair is or-ed to it. */
  private final boolean[] lint0;

  private boolean interruptRequest;
  private int suppliedVector = NOT_SUPPLIED;
  private long now;

  BorrowingChipset(
      ChipLink link,
      ChipDescription description,
      ModelConfiguration configuration,
      ChipsetClient client) {
    this.client = client;
    messages = new MessageDecoder(configuration.has(Feature.EXTENDED_DESTINATION_ID));
    int count = configuration.apicIds().size();
    timers = new DueTimes(count);
    lint0 = new boolean[count];
    apics = new LocalApic[count];
    for (int cpu = 0; cpu < count; cpu++) {
      apics[cpu] = LocalApic.create(configuration, cpu, new World(cpu));
    }
    bus = new ApicBus(apics);
    chip = new RemoteChip(link, description, count, new Wires());
  }

  private void driveLint0(int cpu) {
    apics[cpu].setLine(LocalLine.LINT0, lint0[cpu] || interruptRequest);
  }

  private boolean send(InterruptMessage message) {
    return bus.deliver(message, ApicBus.NOBODY);
  }

  @Override
  public void reset() {
    now = 0;
    suppliedVector = NOT_SUPPLIED;
    interruptRequest = false;
    Arrays.fill(lint0, false);
    timers.clear();
    for (LocalApic apic : apics) {
      apic.powerUp();
    }
    chip.reset();
  }

  @Override
  public void init(int cpu) {
    apics[cpu].init();
  }

  @Override
  public boolean decodes(int cpu, long address) {
    return apics[cpu].decodes(address) || chip.decodes(cpu, address);
  }

  @Override
  public long read(int cpu, long address, int width) {
    LocalApic apic = apics[cpu];
    return apic.decodes(address) ? apic.read(address, width) : chip.read(cpu, address, width);
  }

  @Override
  public void write(int cpu, long address, int width, long value) {
    LocalApic apic = apics[cpu];
    if (apic.decodes(address)) {
      apic.write(address, width, value);
    } else {
      chip.write(cpu, address, width, value);
    }
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
    return (msr >= Msr.X2APIC_FIRST && msr <= Msr.X2APIC_LAST)
        || msr == Msr.IA32_APIC_BASE
        || msr == Msr.IA32_TSC_DEADLINE;
  }

  @Override
  public long rdmsr(int cpu, int msr) {
    return apics[cpu].rdmsr(msr);
  }

  @Override
  public void wrmsr(int cpu, int msr, long value) {
    apics[cpu].wrmsr(msr, value);
  }

  @Override
  public void timeStampCounterChanged(int cpu) {
    apics[cpu].timeStampCounterChanged();
  }

  @Override
  public int cr8(int cpu) {
    return apics[cpu].cr8();
  }

  @Override
  public void setCr8(int cpu, int value) {
    apics[cpu].setCr8(value);
  }

  @Override
  public boolean apicEnabled(int cpu) {
    return apics[cpu].isEnabled();
  }

  @Override
  public boolean interruptRequested(int cpu) {
    return apics[cpu].interruptRequested();
  }

  @Override
  public int acknowledge(int cpu) {
    return apics[cpu].acknowledge();
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
    if (line == LocalLine.LINT0) {
      lint0[cpu] = asserted;
      driveLint0(cpu);
    } else {
      apics[cpu].setLine(line, asserted);
    }
  }

  @Override
  public void supplyVector(int vector) {
    suppliedVector = vector;
  }

  @Override
  public void message(int requesterId, long address, int data) {
    if (MessageAddress.contains(address)) {
      boolean ignored = send(messages.decode(address, data));
    }
  }

  @Override
  public void advanceTo(long nanos) {
    now = Math.max(now, nanos);
    while (timers.next() <= now) {
      apics[timers.first()].advance();
    }
    chip.advanceTo(now);
  }

  @Override
  public long nextEvent() {
    return Math.min(timers.next(), chip.nextEvent());
  }

  /** What the chip is wired to. */
  private final class Wires implements RemoteChip.Listener {
    @Override
    public void pic(boolean asserted) {
      interruptRequest = asserted;
      for (int cpu = 0; cpu < apics.length; cpu++) {
        driveLint0(cpu);
      }
    }

    @Override
    public boolean send(long address, int data) {
      if (!MessageAddress.contains(address)) {
        throw new ProtocolException("%x is no address of an interrupt message".formatted(address));
      }
      return BorrowingChipset.this.send(messages.decode(address, data));
    }

    @Override
    public void deviceWrite(int requesterId, long address, int data) {
      client.deviceWrite(requesterId, address, data);
    }

    @Override
    public void interrupt(int cpu) {
      throw ownsNone();
    }

    @Override
    public void nmi(int cpu) {
      throw ownsNone();
    }

    @Override
    public void smi(int cpu) {
      throw ownsNone();
    }

    @Override
    public void init(int cpu) {
      throw ownsNone();
    }

    @Override
    public void startUp(int cpu, int vector) {
      throw ownsNone();
    }

    private static ProtocolException ownsNone() {
      return new ProtocolException("a chip without local APICs has nothing to say to processors");
    }
  }

  /** The world of the local APIC of one processor. */
  private final class World extends ClientApicWorld {
    World(int cpu) {
      super(client, cpu);
    }

    @Override
    public long nanos() {
      return Math.max(now, client.nanos());
    }

    @Override
    public int acknowledgeExternal() {
      return suppliedVector >= 0 ? suppliedVector : chip.acknowledgePic();
    }

    @Override
    public void send(InterruptMessage message, boolean includingSelf) {
      boolean ignored = bus.deliver(message, includingSelf ? ApicBus.NOBODY : cpu);
    }

    @Override
    public void endOfInterrupt(int vector) {
      chip.endOfInterrupt(vector);
    }

    @Override
    public void timerDue(long nanos) {
      timers.set(cpu, nanos);
    }
  }
}
