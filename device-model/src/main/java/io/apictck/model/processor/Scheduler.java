package io.apictck.model.processor;

import io.apictck.arch.VectorSet;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.bus.Memory;
import io.apictck.model.bus.SystemBus;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.chipset.ChipsetFactory;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import java.util.Arrays;
import java.util.List;

/**
 * All processors of a machine, their clock, and the order in which things happen (Intel SDM Vol.
 * 3A, "Multiple-Processor Management").
 *
 * <p>The order is this, always:
 *
 * <ol>
 *   <li>An instruction is executed, then time passes, one nanosecond an instruction (for REP: an
 *       iteration), and what was due happens.
 *   <li>Then every processor that has something to look at reaches an instruction boundary, in the
 *       order of their indices. Processors without a block execute NOPs, which take no time.
 *   <li>Then the next instruction is executed: by the processor whose block began or went on last,
 *       until that block stops; then by the one that was at work before.
 * </ol>
 *
 * <p>Not supported: true concurrency of processors; each memory access is seen by all at once.
 */
public final class Scheduler implements ChipsetClient, ProcessorWorld {
  private final ModelConfiguration configuration;
  private final Processor[] processors;
  private final Chipset chipset;
  private final SystemBus bus;
  private final VectorSet trapGates = new VectorSet();
  private final VmcsRegions vmcsRegions = new VmcsRegions();

  /** What was shown and not yet taken. */
  private Event[] events = new Event[16];

  private int shown;

  /** One bit for each processor whose boundary is to be looked at. */
  private final long[] attention;

  private boolean anyAttention;

  /** Processors with a block that can go on, the one at work on top. */
  private final int[] atWork;

  private final boolean[] isAtWork;
  private int working;

  private int monitors;

  /** Processors that wait for a time. */
  private int timedWaits;

  private long nanos;

  /** A machine in its power-on state. */
  public Scheduler(
      ModelConfiguration configuration,
      byte[] rom,
      ChipsetFactory chipsetFactory,
      ProcessorFactory processorFactory) {
    this.configuration = configuration;
    int count = configuration.apicIds().size();
    attention = new long[(count + Long.SIZE - 1) / Long.SIZE];
    atWork = new int[count];
    isAtWork = new boolean[count];
    processors = new Processor[count];
    for (int cpu = 0; cpu < count; cpu++) {
      processors[cpu] = processorFactory.create(this, cpu);
    }
    chipset = chipsetFactory.create(configuration, this);
    bus = new SystemBus(chipset, new Memory(rom));
    reset();
  }

  /** Power-on state; time starts at 0 again. */
  public void reset() {
    nanos = 0;
    shown = 0;
    trapGates.clear();
    vmcsRegions.reset();
    for (Processor processor : processors) {
      processor.reset();
    }
    Arrays.fill(attention, 0);
    anyAttention = false;
    Arrays.fill(isAtWork, false);
    working = 0;
    bus.reset();
    chipset.reset();
  }

  /** The events since the last call, in order. */
  public List<Event> takeEvents() {
    List<Event> taken =
        switch (shown) {
          case 0 -> List.of();
          case 1 -> List.of(events[0]);
          case 2 -> List.of(events[0], events[1]);
          default -> List.of(copyOfShown());
        };
    shown = 0;
    return taken;
  }

  /**
   * Not by {@code Arrays.copyOf}: without the optimizing compiler that makes arrays by reflection.
   */
  private Event[] copyOfShown() {
    Event[] copy = new Event[shown];
    System.arraycopy(events, 0, copy, 0, shown);
    return copy;
  }

  /** Begins a block; {@link #run} runs it. */
  public void execute(Action.Execute execute) {
    processors[execute.cpu()].start(execute);
    runnable(execute.cpu());
  }

  /** Runs the machine until no block can go on. */
  public void run() {
    for (; ; ) {
      settle();
      if (working == 0) {
        return;
      }
      int cpu = atWork[working - 1];
      Processor processor = processors[cpu];
      if (processor.canStep()) {
        processor.step();
      } else {
        working--;
        isAtWork[cpu] = false;
      }
    }
  }

  /** Lets time pass, until there is an event or the duration is over. */
  public void elapse(long duration) {
    long end = duration > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : nanos + duration;
    run();
    while (shown == 0) {
      long next = nextEvent();
      if (next > end || nanos >= end) {
        advanceTo(Math.max(nanos, end));
        run();
        return;
      }
      // always a step forward, also when the chipset names the present again
      advanceTo(Math.max(nanos + 1, next));
      run();
    }
  }

  /** A memory write, or an interrupt message, of a PCI function. */
  @Override
  public void deviceWrite(int requesterId, long address, int data) {
    bus.deviceWrite(requesterId, address, data);
    stored(address, Integer.BYTES);
  }

  @Override
  public boolean isReadable(long address, int length) {
    return bus.isReadable(address, length);
  }

  @Override
  public boolean isWritable(long address, int length) {
    return bus.isWritable(address, length);
  }

  @Override
  public long readMemory(long address, int width) {
    return bus.readMemory(address, width);
  }

  @Override
  public void writeMemory(long address, int width, long value) {
    bus.writeMemory(address, width, value);
    stored(address, width);
  }

  /** Chooses between trap gate and interrupt gate for a vector. */
  public void setGate(int vector, boolean trap) {
    trapGates.set(vector, trap);
  }

  /** What a VMCS of a processor must hold. */
  public GuestState guest(int guest) {
    return GuestStates.of(guest);
  }

  /** UIHANDLER of the handlers that tests write. */
  public long userInterruptHandler() {
    return UserInterruptUnit.HANDLER;
  }

  // Orders of the chipset, and the pins

  @Override
  public void interruptChanged(int cpu) {
    raise(cpu, Signal.INTERRUPT);
  }

  @Override
  public void nmi(int cpu) {
    raise(cpu, Signal.NMI);
  }

  @Override
  public void smi(int cpu) {
    raise(cpu, Signal.SMI);
  }

  @Override
  public void init(int cpu) {
    raise(cpu, Signal.INIT);
  }

  @Override
  public void startUp(int cpu, int vector) {
    processors[cpu].startUp(vector);
    attend(cpu);
  }

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long tsc(int cpu) {
    return processors[cpu].msrs().tsc();
  }

  @Override
  public long nanosAtTsc(int cpu, long tsc) {
    return processors[cpu].msrs().nanosAtTsc(tsc);
  }

  // The world of the processors

  @Override
  public ModelConfiguration configuration() {
    return configuration;
  }

  @Override
  public Chipset chipset() {
    return chipset;
  }

  @Override
  public SystemBus bus() {
    return bus;
  }

  @Override
  public VmcsRegions vmcsRegions() {
    return vmcsRegions;
  }

  @Override
  public void advance(long duration) {
    advanceTo(nanos + duration);
  }

  @Override
  public long calm() {
    long next = nextEvent();
    return next > nanos ? next - nanos : 1;
  }

  @Override
  public void show(Event event) {
    if (shown == events.length) {
      events = Arrays.copyOf(events, 2 * shown);
    }
    events[shown++] = event;
  }

  @Override
  public boolean trapGate(int vector) {
    return trapGates.contains(vector);
  }

  @Override
  public void attend(int cpu) {
    attention[cpu / Long.SIZE] |= 1L << cpu;
    anyAttention = true;
  }

  @Override
  public void runnable(int cpu) {
    if (!isAtWork[cpu]) {
      isAtWork[cpu] = true;
      atWork[working++] = cpu;
    }
  }

  @Override
  public void monitoring(boolean armed) {
    monitors += armed ? 1 : -1;
  }

  @Override
  public void waiting(boolean timed) {
    timedWaits += timed ? 1 : -1;
  }

  @Override
  public void stored(long address, long length) {
    if (monitors == 0) {
      return;
    }
    for (Processor processor : processors) {
      processor.stored(address, length);
    }
  }

  private void raise(int cpu, Signal signal) {
    processors[cpu].raise(signal);
    attend(cpu);
  }

  private void advanceTo(long time) {
    nanos = time;
    chipset.advanceTo(time);
    if (timedWaits != 0) {
      for (Processor processor : processors) {
        processor.timePassed(time);
      }
    }
  }

  /** When something happens by itself; {@link Long#MAX_VALUE} if nothing does. */
  private long nextEvent() {
    long next = chipset.nextEvent();
    if (timedWaits != 0) {
      for (Processor processor : processors) {
        next = Math.min(next, processor.waitsUntil());
      }
    }
    return next;
  }

  private void settle() {
    while (anyAttention) {
      anyAttention = false;
      for (int word = 0; word < attention.length; word++) {
        while (attention[word] != 0) {
          long flags = attention[word];
          attention[word] = flags & (flags - 1);
          processors[word * Long.SIZE + Long.numberOfTrailingZeros(flags)].settle();
        }
      }
    }
  }
}
