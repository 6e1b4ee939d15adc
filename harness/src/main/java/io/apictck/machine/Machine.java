package io.apictck.machine;

import io.apictck.arch.PagingEntry;
import io.apictck.machine.vtd.RemappingUnit;
import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.Event;
import io.apictck.platform.GuestState;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.trace.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A whole machine and its director: the test says what each processor, line and device does next,
 * in one thread.
 *
 * <p>Every wait is bounded by the platform's patience. An interrupt, INIT or start-up that the test
 * neither waited for nor has an automatic handler for makes it fail.
 */
public final class Machine {
  private final Platform platform;
  private final PlatformDescription description;
  private final Trace trace;
  private final Cpu[] cpus;
  private final List<String> observations = new ArrayList<>();
  private final List<Measurement> measurements = new ArrayList<>();
  private final FeatureProbe features = new FeatureProbe(this);
  private @Nullable RemappingUnit remappingUnit;
  private long nanos;
  private long blocks;
  private long pages;

  /** A machine on an open platform in its power-on state. */
  public Machine(Platform platform, Trace trace) {
    this.platform = platform;
    this.description = platform.description();
    this.trace = trace;
    cpus = new Cpu[description.processors()];
    for (int i = 0; i < cpus.length; i++) {
      cpus[i] = new Cpu(this, i, description.apicIds().get(i));
    }
  }

  /** What the platform says of itself. */
  public PlatformDescription description() {
    return description;
  }

  /** What was done and seen so far. */
  public Trace trace() {
    return trace;
  }

  /** What the processors and controllers offer, found out as software does. */
  public FeatureProbe features() {
    return features;
  }

  /** How many processors there are. */
  public int processors() {
    return cpus.length;
  }

  /** Processor {@code index}; 0 is the bootstrap processor. */
  public Cpu cpu(int index) {
    return cpus[index];
  }

  /** All processors, in index order. */
  public List<Cpu> cpus() {
    return List.of(cpus);
  }

  /** All processors but the bootstrap processor. */
  public List<Cpu> applicationProcessors() {
    return cpus().subList(1, cpus.length);
  }

  /** Whether the platform offers a stimulus. */
  public boolean offers(Stimulus stimulus) {
    return description.stimuli().contains(stimulus);
  }

  /** The platform's time in nanoseconds. */
  public long nanos() {
    return nanos;
  }

  /** The I/O APIC {@code index} of the platform's description. */
  public IoApic ioApic(int index) {
    return new IoApic(this, description.ioApics().get(index));
  }

  /** The first I/O APIC. */
  public IoApic ioApic() {
    return ioApic(0);
  }

  /**
   * A physical address in the memory that belongs to tests; {@code offset} is from its beginning.
   */
  public long scratch(long offset) {
    if (offset < 0 || offset >= description.scratchSize()) {
      throw new IllegalArgumentException(
          "offset "
              + Hex.qword(offset)
              + " lies outside of the scratch memory of "
              + description.scratchSize()
              + " bytes");
    }
    return description.scratchBase() + offset;
  }

  /**
   * Physical address of a page of scratch memory that nothing used since the machine was reset;
   * they are taken from the end of the memory downwards.
   */
  public long newPage() {
    return newPages(1);
  }

  /** As {@link #newPage}: physical address of the first of some pages that lie side by side. */
  public long newPages(int count) {
    pages += count;
    return scratch(description.scratchSize() - pages * PagingEntry.PAGE);
  }

  /** What IA32_UINTR_HANDLER must be for tests to take user interrupts. */
  public long userInterruptHandler() {
    return platform.userInterruptHandler();
  }

  GuestState guestState(int cpu, int guest) {
    return platform.guest(cpu, guest);
  }

  /** The 8259 of ISA interrupts 0 to 7; the other one is its slave. */
  public Pic masterPic() {
    return new Pic(cpu(0), Pic.MASTER);
  }

  /** The 8259 of ISA interrupts 8 to 15. */
  public Pic slavePic() {
    return new Pic(cpu(0), Pic.SLAVE);
  }

  /**
   * The first remapping unit.
   *
   * @throws IllegalStateException if the board has none
   */
  public RemappingUnit remappingUnit() {
    if (remappingUnit == null) {
      List<Board.RemappingUnit> units = description.board().remappingUnits();
      if (units.isEmpty()) {
        throw new IllegalStateException("the board has no remapping unit");
      }
      remappingUnit = new RemappingUnit(this, units.getFirst());
    }
    return remappingUnit;
  }

  /** The PCI functions whose interrupts can be driven. */
  public List<PciFunction> functions() {
    return description.board().functions().stream()
        .map(function -> new PciFunction(this, function))
        .toList();
  }

  /** Drives the wire of a global system interrupt; logical level. */
  public void line(int gsi, boolean asserted) {
    perform(new Action.SetLine(gsi, asserted));
  }

  /** Drives the wire of an ISA interrupt, 0 to 15, whatever its global system interrupt is. */
  public void isaLine(int irq, boolean asserted) {
    line(description.board().gsiOfIsa(irq), asserted);
  }

  /** Whether the platform can drive the wire of an ISA interrupt. */
  public boolean drivesIsaLine(int irq) {
    return description.board().lines().contains(description.board().gsiOfIsa(irq));
  }

  void functionInterrupt(int requesterId, int number, boolean pending) {
    perform(new Action.FunctionInterrupt(requesterId, number, pending));
  }

  /** Asserts and deasserts the wire of a global system interrupt. */
  public void pulseLine(int gsi) {
    line(gsi, true);
    line(gsi, false);
  }

  /** Says which vector the external interrupt controller answers to acknowledge cycles. */
  public void supplyVector(int vector) {
    perform(new Action.SupplyVector(vector));
  }

  /**
   * An upstream 32-bit memory write of a PCI function: the first of the board, or requester 0 if
   * there is none.
   */
  public void deviceWrite(long address, int data) {
    List<Board.PciFunction> functions = description.board().functions();
    deviceWrite(functions.isEmpty() ? 0 : functions.getFirst().requesterId(), address, data);
  }

  /**
   * An upstream 32-bit memory write of the function with a requester ID: bus, device and function.
   */
  public void deviceWrite(int requesterId, long address, int data) {
    perform(new Action.DeviceWrite(requesterId, address, data));
  }

  /** Chooses a trap gate or an interrupt gate for a vector. */
  public void gate(int vector, boolean trap) {
    perform(new Action.SetGate(vector, trap));
  }

  void localLine(int cpu, LocalLine line, boolean asserted) {
    perform(new Action.SetLocalLine(cpu, line, asserted));
  }

  /** Brings the machine to its power-on state: every handler, context and block is forgotten. */
  public void reset() {
    for (Cpu cpu : cpus) {
      cpu.forget();
    }
    pages = 0;
    remappingUnit = null;
    perform(new Action.Reset());
  }

  /** Lets exactly this much time pass; automatic handlers run in between. */
  public void elapse(Duration duration) {
    elapseNanos(duration.toNanos());
  }

  /** As {@link #elapse(Duration)}, in nanoseconds. */
  public void elapseNanos(long duration) {
    long end = nanos + duration;
    while (nanos < end) {
      perform(new Action.Elapse(end - nanos));
    }
  }

  /**
   * Lets time pass until a condition holds, within the platform's patience; returns whether it
   * held.
   */
  public boolean settle(BooleanSupplier condition) {
    if (condition.getAsBoolean()) {
      return true;
    }
    long end = nanos + description.patience().toNanos();
    // short steps first: what is awaited is usually near
    long step = 1_000;
    while (nanos < end) {
      perform(new Action.Elapse(Math.min(step, end - nanos)));
      if (condition.getAsBoolean()) {
        return true;
      }
      step = Math.min(step * 2, 10_000_000);
    }
    return false;
  }

  /**
   * Lets the platform's patience pass, until the next event at the longest, and tells whether a
   * condition holds then.
   */
  boolean await(BooleanSupplier condition) {
    long end = nanos + description.patience().toNanos();
    while (!condition.getAsBoolean()) {
      if (nanos >= end) {
        return false;
      }
      perform(new Action.Elapse(end - nanos));
    }
    return true;
  }

  /**
   * Lets a quiet period pass and fails if anything arrives that no automatic handler takes.
   *
   * @throws AssertionError naming what arrived
   */
  public void expectNothing() {
    elapse(description.quiet());
    verifyNothingUnexpected();
  }

  /**
   * Fails if an interrupt, INIT or start-up arrived that no one asked for.
   *
   * @throws AssertionError naming it
   */
  public void verifyNothingUnexpected() {
    for (Cpu cpu : cpus) {
      cpu.verifyNothingUnexpected();
    }
  }

  /**
   * Records what an implementation was seen to do where the manual leaves it open; it stands in the
   * trace and in the report.
   *
   * @param what what was looked at
   * @param value what was seen
   */
  public void observe(String what, Object value) {
    String text = what + ": " + value;
    observations.add(text);
    trace.note(nanos, text);
  }

  /** What {@link #observe} recorded. */
  public List<String> observations() {
    return List.copyOf(observations);
  }

  /** Records a number for a table of the report; it stands in the trace as well. */
  public void measure(Measurement measurement) {
    measurements.add(measurement);
    trace.note(nanos, measurement.toString());
  }

  /** What {@link #measure} recorded. */
  public List<Measurement> measurements() {
    return List.copyOf(measurements);
  }

  /** Puts a remark into the trace. */
  public void note(String text) {
    trace.note(nanos, text);
  }

  long nextBlock() {
    return ++blocks;
  }

  /** Performs an action, records it, and lets automatic handlers deal with what came of it. */
  void perform(Action action) {
    trace.did(nanos, action);
    Outcome outcome;
    try {
      outcome = platform.perform(action);
    } catch (UnsupportedActionException | PlatformTimeoutException | AssertionError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new PlatformCrashedException(
          "the platform crashed in " + action + ": " + e.getMessage(), e);
    }
    nanos = outcome.nanos();
    List<Event> events = outcome.events();
    boolean handlersWait = false;
    int shown = events.size();
    for (int i = 0; i < shown; i++) {
      Event event = events.get(i);
      trace.saw(nanos, event);
      int cpu = event.cpu();
      if (cpu < 0 || cpu >= cpus.length) {
        throw new PlatformContractException(
            "the platform shows an event of processor "
                + cpu
                + ", but it has "
                + cpus.length
                + ": "
                + event);
      }
      handlersWait |= cpus[cpu].dispatch(event);
    }
    if (handlersWait) {
      runHandlers();
    }
  }

  /** Runs automatic handlers until none waits; the innermost context of a processor goes first. */
  void runHandlers() {
    boolean again = true;
    while (again) {
      again = false;
      for (Cpu cpu : cpus) {
        again |= cpu.runHandler();
      }
    }
  }
}
