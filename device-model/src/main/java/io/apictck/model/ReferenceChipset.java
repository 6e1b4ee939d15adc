package io.apictck.model;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.Msr;
import io.apictck.arch.RedirectionEntry;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.bus.PortRange;
import io.apictck.model.bus.PortSpace;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.ioapic.IoApic;
import io.apictck.model.ioapic.IoApicWorld;
import io.apictck.model.lapic.ApicBus;
import io.apictck.model.lapic.DueTimes;
import io.apictck.model.lapic.InterruptMessage;
import io.apictck.model.lapic.LocalApic;
import io.apictck.model.lapic.LocalApicWorld;
import io.apictck.model.msi.MessageDecoder;
import io.apictck.model.pci.FunctionSetup;
import io.apictck.model.pci.PciBus;
import io.apictck.model.pci.PciWorld;
import io.apictck.model.pic.Pic;
import io.apictck.model.pic.PicPair;
import io.apictck.model.vtd.RemappingRequest;
import io.apictck.model.vtd.RemappingUnit;
import io.apictck.model.vtd.RemappingWorld;
import io.apictck.model.wiring.InterruptWires;
import io.apictck.model.wiring.IntervalTimer;
import io.apictck.model.wiring.ModeConfigurationRegister;
import io.apictck.model.wiring.RealTimeClock;
import io.apictck.model.wiring.SourceWorld;
import io.apictck.platform.Feature;
import io.apictck.platform.LocalLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt controllers of the reference machine: a local APIC for each processor and, as the
 * configuration says, an 8259 pair, I/O APICs, interrupt messages, an 8254 timer and an MC146818
 * clock.
 *
 * <p>Supported: what the parts support. With a remapping unit all requests of functions and of I/O
 * APICs go through it. INTR of the 8259 pair is wired to LINT0 of each processor and to input 0 of
 * the first I/O APIC; ISA interrupt 0 is global system interrupt 2.
 *
 * <p>Not supported: messages above 4 GiB; they are dropped.
 *
 * <p>Open points, decided: an external vector that a test supplies takes the place of the 8259
 * pair; INTR and the pin LINT0 that a test drives are or-ed.
 *
 * <p>Not final, so that tests can plant faults: the factory methods run inside the constructor, and
 * overriding ones must not use fields of their own class.
 */
public class ReferenceChipset implements Chipset {
  private static final int NOT_SUPPLIED = -1;

  /** Interrupt sources that keep time; in the due times they come after the processors. */
  private static final int SOURCES = 2;

  private static final int INTERVAL_TIMER = 0;
  private static final int CLOCK = 1;

  private final ModelConfiguration configuration;
  private final ChipsetClient client;
  private final LocalApic[] apics;
  private final ApicBus bus;
  private final IoApic[] ioApics;
  private final @Nullable RemappingUnit remappingUnit;
  private final PicPair pics;

  /** No I/O APIC and no remapping unit is below. */
  private final long firstFixedPage;

  private final boolean hasPics;
  private final ModeConfigurationRegister modeConfiguration;
  private final InterruptWires wires;
  private final IntervalTimer intervalTimer;
  private final RealTimeClock clock;
  private final PciBus pci;
  private final PortSpace ports;
  private final MessageDecoder messages;
  private final DueTimes timers;

  /** LINT0 of each processor as a test drives it; INTR of the 8259 pair is added to it. */
  private final boolean[] lint0;

  private int suppliedVector;
  private long now;

  /** The chipset of a machine; {@link #reset} comes before all else. */
  @SuppressWarnings("this-escape") // the factories are hooks for planted faults
  public ReferenceChipset(ModelConfiguration configuration, ChipsetClient client) {
    this.configuration = configuration;
    this.client = client;
    int count = configuration.apicIds().size();
    timers = new DueTimes(count + SOURCES);
    apics = new LocalApic[count];
    for (int cpu = 0; cpu < count; cpu++) {
      apics[cpu] = newLocalApic(cpu);
    }
    bus = newBus(apics);
    ioApics = newIoApics();
    remappingUnit =
        configuration.has(Feature.REMAPPING_UNIT) ? newRemappingUnit(remappingWorld()) : null;
    firstFixedPage = findFirstFixedPage();
    hasPics = configuration.has(Feature.PIC);
    pics = newPicPair();
    modeConfiguration = newModeConfigurationRegister(this::interruptModeChanged);
    wires = newInterruptWires(wireCount(configuration));
    intervalTimer =
        newIntervalTimer(source(INTERVAL_TIMER, InterruptWires.TIMER, ReferenceBoard.TIMER_IRQ));
    clock = newRealTimeClock(source(CLOCK, InterruptWires.CLOCK, ReferenceBoard.CLOCK_IRQ));
    lint0 = new boolean[count];
    pci = newPciBus(ReferenceFunctions.of(configuration), pciWorld());
    ports = new PortSpace(portRanges());
    messages = newMessageDecoder();
  }

  private static int wireCount(ModelConfiguration configuration) {
    return configuration.ioApics().stream()
        .mapToInt(io -> io.gsiBase() + io.inputs())
        .reduce(ReferenceBoard.ISA_INTERRUPTS, Math::max);
  }

  private long findFirstFixedPage() {
    long first = remappingUnit == null ? Long.MAX_VALUE : ReferenceBoard.REMAPPING_UNIT;
    for (IoApicSetup setup : configuration.ioApics()) {
      first = Math.min(first, setup.address());
    }
    return first;
  }

  private List<PortRange> portRanges() {
    List<PortRange> ranges = new ArrayList<>();
    if (hasPics) {
      ranges.add(new PortRange(PicPair.MASTER, PicPair.MASTER + 1, pics));
      ranges.add(new PortRange(PicPair.SLAVE, PicPair.SLAVE + 1, pics));
    }
    if (configuration.has(Feature.ELCR)) {
      ranges.add(new PortRange(PicPair.ELCR, PicPair.ELCR + 1, pics));
    }
    if (configuration.has(Feature.IMCR)) {
      int first = ModeConfigurationRegister.SELECT;
      ranges.add(new PortRange(first, first + 1, modeConfiguration));
    }
    if (configuration.has(Feature.PIT)) {
      ranges.add(new PortRange(IntervalTimer.COUNTER, IntervalTimer.CONTROL, intervalTimer));
    }
    if (configuration.has(Feature.RTC)) {
      ranges.add(new PortRange(RealTimeClock.INDEX, RealTimeClock.INDEX + 1, clock));
    }
    if (!pci.isEmpty()) {
      ranges.add(new PortRange(PciBus.FIRST_PORT, PciBus.LAST_PORT, pci));
    }
    return ranges;
  }

  private PciWorld pciWorld() {
    return new PciWorld() {
      @Override
      public void write(int requesterId, long address, int data) {
        client.deviceWrite(requesterId, address, data);
      }

      @Override
      public void pin(int number, int gsi, boolean asserted) {
        wires.drive(gsi, InterruptWires.FIRST_FUNCTION + number, asserted);
      }
    };
  }

  /** Makes the pair of 8259 controllers. */
  protected PicPair newPicPair() {
    return new PicPair(
        new Pic(true), new Pic(false), configuration.has(Feature.ELCR), this::interruptRequest);
  }

  /** Makes the interrupt mode configuration register. */
  protected ModeConfigurationRegister newModeConfigurationRegister(Runnable changed) {
    return new ModeConfigurationRegister(changed);
  }

  /** Makes the wires of the global system interrupts. */
  protected InterruptWires newInterruptWires(int count) {
    return new InterruptWires(count, this::wireChanged);
  }

  /** Makes the 8254 timer. */
  protected IntervalTimer newIntervalTimer(SourceWorld world) {
    return new IntervalTimer(world);
  }

  /** Makes the MC146818 clock. */
  protected RealTimeClock newRealTimeClock(SourceWorld world) {
    return new RealTimeClock(world);
  }

  private SourceWorld source(int number, int driver, int irq) {
    int dueIndex = apics.length + number;
    return new SourceWorld() {
      @Override
      public long nanos() {
        return Math.max(now, client.nanos());
      }

      @Override
      public void output(boolean asserted) {
        wires.drive(ReferenceBoard.gsiOfIsa(irq), driver, asserted);
      }

      @Override
      public void due(long nanos) {
        timers.set(dueIndex, nanos);
      }
    };
  }

  /** INTR of the 8259 pair changed. */
  protected final void interruptRequest(boolean asserted) {
    for (int cpu = 0; cpu < apics.length; cpu++) {
      driveLint0(cpu);
    }
    if (configuration.has(Feature.INTR_AT_IO_APIC)) {
      driveInput0(asserted);
    }
    client.interruptChanged(0);
  }

  /** Drives input 0 of the I/O APIC, which INTR is wired to. */
  protected void driveInput0(boolean asserted) {
    ioApics[0].setLine(0, asserted);
  }

  private void interruptModeChanged() {
    interruptRequest(pics.interrupts());
  }

  /** Whether INTR of the 8259 pair goes to the bootstrap processor past its local APIC. */
  private boolean bypassesApics() {
    return configuration.has(Feature.IMCR) && !modeConfiguration.apicMode();
  }

  private void driveLint0(int cpu) {
    boolean interruptRequest = hasPics && !bypassesApics() && pics.interrupts();
    driveLint0(cpu, lint0[cpu] || interruptRequest);
  }

  /** Drives the pin LINT0 of a processor. */
  protected void driveLint0(int cpu, boolean high) {
    apics[cpu].setLine(LocalLine.LINT0, high);
  }

  /** The wire of a global system interrupt changed. */
  protected void wireChanged(int gsi, boolean asserted) {
    wireToPics(gsi, asserted);
    wireToIoApic(gsi, asserted);
  }

  /** The end of a wire at the 8259 pair, if it is an ISA interrupt. */
  protected final void wireToPics(int gsi, boolean asserted) {
    int irq = ReferenceBoard.isaOfGsi(gsi);
    if (irq >= 0 && hasPics) {
      pics.setLine(irq, asserted);
    }
  }

  /** The end of a wire at an I/O APIC. */
  protected final void wireToIoApic(int gsi, boolean asserted) {
    for (int i = 0; i < ioApics.length; i++) {
      ioApics[i].setLine(gsi - configuration.ioApics().get(i).gsiBase(), asserted);
    }
  }

  /** An acknowledge cycle: the vector that the external interrupt controller answers. */
  protected final int acknowledgeExternal() {
    return suppliedVector < 0 && hasPics ? pics.acknowledge() : Math.max(suppliedVector, 0);
  }

  /** Makes the local APIC of a processor. */
  protected LocalApic newLocalApic(int cpu) {
    return LocalApic.create(configuration, cpu, world(cpu));
  }

  /** Makes the medium that carries messages. */
  protected ApicBus newBus(LocalApic[] apics) {
    return new ApicBus(apics);
  }

  private IoApic[] newIoApics() {
    return configuration.ioApics().stream().map(this::newIoApic).toArray(IoApic[]::new);
  }

  /** Makes an I/O APIC. */
  protected IoApic newIoApic(IoApicSetup setup) {
    return new IoApic(configuration, setup, ioApicWorld(setup));
  }

  /** What an I/O APIC sees of the machine. */
  protected final IoApicWorld ioApicWorld(IoApicSetup setup) {
    int sourceId = ReferenceBoard.sourceId(configuration.ioApics().indexOf(setup));
    return new IoApicWorld() {
      @Override
      public boolean send(InterruptMessage message) {
        return ReferenceChipset.this.send(message);
      }

      @Override
      public boolean send(RedirectionEntry entry, InterruptMessage message) {
        return remappingUnit == null
            ? ReferenceChipset.this.send(message)
            : remappingUnit.request(RemappingRequest.of(sourceId, entry, message));
      }
    };
  }

  private RemappingWorld remappingWorld() {
    return new RemappingWorld() {
      @Override
      public boolean isReadable(long address, int length) {
        return client.isReadable(address, length);
      }

      @Override
      public boolean isWritable(long address, int length) {
        return client.isWritable(address, length);
      }

      @Override
      public long read(long address, int width) {
        return client.readMemory(address, width);
      }

      @Override
      public void write(long address, int width, long value) {
        client.writeMemory(address, width, value);
      }

      @Override
      public boolean send(InterruptMessage message) {
        return ReferenceChipset.this.send(message);
      }
    };
  }

  /** Makes the remapping unit. */
  protected RemappingUnit newRemappingUnit(RemappingWorld world) {
    return new RemappingUnit(configuration, ReferenceBoard.REMAPPING_UNIT, world);
  }

  /** Makes the decoder of interrupt messages. */
  protected MessageDecoder newMessageDecoder() {
    return new MessageDecoder(configuration.has(Feature.EXTENDED_DESTINATION_ID));
  }

  /** Makes the PCI bus. */
  protected PciBus newPciBus(List<FunctionSetup> functions, PciWorld world) {
    return new PciBus(functions, world);
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
    for (IoApic ioApic : ioApics) {
      ioApic.endOfInterrupt(vector);
    }
  }

  @Override
  public void reset() {
    now = 0;
    suppliedVector = NOT_SUPPLIED;
    Arrays.fill(lint0, false);
    wires.reset();
    modeConfiguration.reset();
    timers.clear();
    for (LocalApic apic : apics) {
      apic.powerUp();
    }
    for (IoApic ioApic : ioApics) {
      ioApic.reset();
    }
    if (remappingUnit != null) {
      remappingUnit.reset();
    }
    pics.reset();
    intervalTimer.reset();
    clock.reset();
    pci.reset();
  }

  @Override
  public void init(int cpu) {
    apics[cpu].init();
  }

  @Override
  public boolean decodes(int cpu, long address) {
    return apics[cpu].decodes(address)
        || pci.decodes(address)
        || (address >= firstFixedPage && isFixed(address));
  }

  private boolean isFixed(long address) {
    return ioApicAt(address) >= 0 || (remappingUnit != null && remappingUnit.decodes(address));
  }

  @Override
  public long read(int cpu, long address, int width) {
    LocalApic apic = apics[cpu];
    if (apic.decodes(address)) {
      return apic.read(address, width);
    }
    if (pci.decodes(address)) {
      return pci.readMemory(address, width);
    }
    if (remappingUnit != null && remappingUnit.decodes(address)) {
      return remappingUnit.read(address, width);
    }
    int ioApic = ioApicAt(address);
    return ioApic < 0 ? 0 : ioApics[ioApic].read(address, width);
  }

  @Override
  public void write(int cpu, long address, int width, long value) {
    LocalApic apic = apics[cpu];
    if (apic.decodes(address)) {
      apic.write(address, width, value);
      return;
    }
    if (pci.decodes(address)) {
      pci.writeMemory(address, width, value);
      return;
    }
    if (remappingUnit != null && remappingUnit.decodes(address)) {
      remappingUnit.write(address, width, value);
      return;
    }
    int ioApic = ioApicAt(address);
    if (ioApic >= 0) {
      ioApics[ioApic].write(address, width, value);
    }
  }

  /** The I/O APIC that an address belongs to, negative if it is none. */
  private int ioApicAt(long address) {
    for (int i = 0; i < ioApics.length; i++) {
      if (ioApics[i].decodes(address)) {
        return i;
      }
    }
    return -1;
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
  public void sendIpi(int cpu, int vector, int apicId) {
    apics[cpu].sendFixed(vector, apicId);
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
    return apics[cpu].interruptRequested() || isBypassed(cpu);
  }

  /** PIC mode: the 8259 pair asks the bootstrap processor itself. */
  private boolean isBypassed(int cpu) {
    return cpu == 0 && hasPics && bypassesApics() && pics.interrupts();
  }

  @Override
  public int acknowledge(int cpu) {
    return isBypassed(cpu) ? acknowledgeExternal() : apics[cpu].acknowledge();
  }

  @Override
  public void setLine(int gsi, boolean asserted) {
    wires.drive(gsi, InterruptWires.EXTERNAL, asserted);
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
  public long in(int cpu, int port, int width) {
    return ports.read(port, width);
  }

  @Override
  public void out(int cpu, int port, int width, int value) {
    ports.write(port, width, value);
  }

  @Override
  public void functionInterrupt(int requesterId, int number, boolean pending) {
    pci.interrupt(requesterId, number, pending);
  }

  @Override
  public void supplyVector(int vector) {
    suppliedVector = vector;
  }

  @Override
  public void message(int requesterId, long address, int data) {
    if (!MessageAddress.contains(address)) {
      return;
    }
    InterruptMessage message = messages.decode(address, data);
    if (remappingUnit == null) {
      send(message);
    } else {
      remappingUnit.request(RemappingRequest.of(requesterId, address, data, message));
    }
  }

  @Override
  public void advanceTo(long nanos) {
    now = Math.max(now, nanos);
    while (timers.next() <= now) {
      advance(timers.first());
    }
  }

  private void advance(int dueIndex) {
    int source = dueIndex - apics.length;
    if (source < 0) {
      apics[dueIndex].advance();
    } else if (source == INTERVAL_TIMER) {
      intervalTimer.advance();
    } else {
      clock.advance();
    }
  }

  @Override
  public long nextEvent() {
    return timers.next();
  }

  /** The world of the local APIC of one processor. */
  private final class World extends ClientApicWorld {
    World(int cpu) {
      super(client, cpu);
    }

    /** Whichever clock is ahead: the chipset is moved on at instruction boundaries only. */
    @Override
    public long nanos() {
      return Math.max(now, client.nanos());
    }

    @Override
    public int acknowledgeExternal() {
      return ReferenceChipset.this.acknowledgeExternal();
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
