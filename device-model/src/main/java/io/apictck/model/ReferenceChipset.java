package io.apictck.model;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.Msr;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.ioapic.IoApic;
import io.apictck.model.lapic.ApicBus;
import io.apictck.model.lapic.DueTimes;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.model.lapic.LocalApic;
import io.apictck.model.lapic.LocalApicWorld;
import io.apictck.model.msi.MessageDecoder;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;

/**
 * The interrupt controllers of the reference machine: a local APIC for each processor, an I/O APIC
 * if the configuration has one, and interrupt messages.
 *
 * <p>Supported: what the parts support. Global system interrupt n is input n of the I/O APIC.
 *
 * <p>Not supported: 8259 pair, interrupt remapping; external interrupts have the vector that was
 * supplied last. Messages above 4 GiB are dropped.
 *
 * <p>Not final, so that tests can plant faults: the factory methods run inside the constructor, and
 * overriding ones must not use fields of their own class.
 */
public class ReferenceChipset implements Chipset {
  private final ModelConfiguration configuration;
  private final ChipsetClient client;
  private final LocalApic[] apics;
  private final ApicBus bus;
  private final IoApic ioApic;
  private final boolean hasIoApic;
  private final MessageDecoder messages;
  private final DueTimes timers;
  private int suppliedVector;
  private long now;

  /** The chipset of a machine; {@link #reset} comes before all else. */
  @SuppressWarnings("this-escape") // the factories are hooks for planted faults
  public ReferenceChipset(ModelConfiguration configuration, ChipsetClient client) {
    this.configuration = configuration;
    this.client = client;
    int count = configuration.apicIds().size();
    timers = new DueTimes(count);
    apics = new LocalApic[count];
    for (int cpu = 0; cpu < count; cpu++) {
      apics[cpu] = newLocalApic(cpu);
    }
    bus = newBus(apics);
    ioApic = newIoApic();
    hasIoApic = configuration.has(Feature.IO_APIC);
    messages = newMessageDecoder();
  }

  /** Makes the local APIC of a processor. */
  protected LocalApic newLocalApic(int cpu) {
    return LocalApic.create(configuration, cpu, world(cpu));
  }

  /** Makes the medium that carries messages. */
  protected ApicBus newBus(LocalApic[] apics) {
    return new ApicBus(apics);
  }

  /** Makes the I/O APIC. */
  protected IoApic newIoApic() {
    return new IoApic(this::send);
  }

  /** Makes the decoder of interrupt messages. */
  protected MessageDecoder newMessageDecoder() {
    return new MessageDecoder();
  }

  /** What the local APIC of a processor sees of the machine. */
  protected final LocalApicWorld world(int cpu) {
    return new World(cpu);
  }

  /** How the machine is built. */
  protected final ModelConfiguration configuration() {
    return configuration;
  }

  /** Sends a message of an I/O APIC or of a device; whether a local APIC accepted it. */
  protected final boolean send(InterruptMessage message) {
    return bus.deliver(message, ApicBus.NOBODY);
  }

  /** Ends a level-triggered interrupt at all I/O APICs. */
  protected void endOfInterrupt(int vector) {
    if (hasIoApic) {
      ioApic.endOfInterrupt(vector);
    }
  }

  @Override
  public void reset() {
    now = 0;
    suppliedVector = 0;
    timers.clear();
    for (LocalApic apic : apics) {
      apic.powerUp();
    }
    ioApic.reset();
  }

  @Override
  public void init(int cpu) {
    apics[cpu].init();
  }

  @Override
  public boolean decodes(int cpu, long address) {
    return apics[cpu].decodes(address) || (hasIoApic && ioApic.decodes(address));
  }

  @Override
  public long read(int cpu, long address, int width) {
    LocalApic apic = apics[cpu];
    return apic.decodes(address) ? apic.read(address, width) : ioApic.read(address, width);
  }

  @Override
  public void write(int cpu, long address, int width, long value) {
    LocalApic apic = apics[cpu];
    if (apic.decodes(address)) {
      apic.write(address, width, value);
    } else {
      ioApic.write(address, width, value);
    }
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
    if (hasIoApic) {
      ioApic.setLine(gsi, asserted);
    }
  }

  @Override
  public void setLocalLine(int cpu, LocalLine line, boolean asserted) {
    apics[cpu].setLine(line, asserted);
  }

  @Override
  public void supplyVector(int vector) {
    suppliedVector = vector;
  }

  @Override
  public void message(int requesterId, long address, int data) {
    if (MessageAddress.contains(address)) {
      send(messages.decode(address, data));
    }
  }

  @Override
  public void advanceTo(long nanos) {
    now = Math.max(now, nanos);
    while (timers.next() <= now) {
      apics[timers.first()].advance();
    }
  }

  @Override
  public long nextEvent() {
    return timers.next();
  }

  /** The world of the local APIC of one processor. */
  private final class World implements LocalApicWorld {
    private final int cpu;

    World(int cpu) {
      this.cpu = cpu;
    }

    @Override
    public void interruptChanged() {
      client.interruptChanged(cpu);
    }

    @Override
    public void nmi() {
      client.nmi(cpu);
    }

    @Override
    public void smi() {
      client.smi(cpu);
    }

    @Override
    public void init() {
      client.init(cpu);
    }

    @Override
    public void startUp(int vector) {
      client.startUp(cpu, vector);
    }

    /** Whichever clock is ahead: the chipset is moved on at instruction boundaries only. */
    @Override
    public long nanos() {
      return Math.max(now, client.nanos());
    }

    @Override
    public long tsc() {
      return client.tsc(cpu);
    }

    @Override
    public long nanosAtTsc(long tsc) {
      return client.nanosAtTsc(cpu, tsc);
    }

    @Override
    public int suppliedVector() {
      return suppliedVector;
    }

    @Override
    public void send(InterruptMessage message, boolean includingSelf) {
      bus.deliver(message, includingSelf ? ApicBus.NOBODY : cpu);
    }

    @Override
    public void endOfInterrupt(int vector) {
      ReferenceChipset.this.endOfInterrupt(vector);
    }

    @Override
    public void timerDue(long nanos) {
      timers.set(cpu, nanos);
    }
  }
}
