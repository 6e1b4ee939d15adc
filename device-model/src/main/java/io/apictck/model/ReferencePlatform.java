package io.apictck.model;

import io.apictck.model.bus.Memory;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.ChipsetFactory;
import io.apictck.model.firmware.FirmwareTables;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorFactory;
import io.apictck.model.processor.Scheduler;
import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.Feature;
import io.apictck.platform.GuestState;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedActionException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The reference machine: reference processors around a chipset, in virtual time.
 *
 * <p>Supported: all actions. Pins named INIT and SMI go to the processors, each assertion is an
 * edge. A block for a processor that waits for a start-up IPI or is shut down is lost: it gives no
 * event. Not supported: a block for a context whose last block is not over, as in HLT; that is an
 * error of the caller.
 */
public final class ReferencePlatform implements Platform {
  private static final String NAME = "apic-tck reference model";
  private static final String DEFAULT_VERSION = "0.1.0";
  private static final List<Integer> START_VECTORS =
      List.of(0x08, 0x9A, 0x01, 0x10, 0x55, 0x7E, 0x9F);
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration QUIET = Duration.ofMillis(20);

  private final PlatformDescription description;
  private final Scheduler scheduler;
  private final Chipset chipset;

  /** A machine with reference processors around any chipset. */
  public ReferencePlatform(ModelConfiguration configuration, ChipsetFactory chipsetFactory) {
    this(configuration, chipsetFactory, Processor::new);
  }

  /** A machine with any processors around any chipset. */
  public ReferencePlatform(
      ModelConfiguration configuration,
      ChipsetFactory chipsetFactory,
      ProcessorFactory processorFactory) {
    this(configuration, ReferenceBoard.of(configuration), chipsetFactory, processorFactory);
  }

  /** A machine with any processors around any chipset that is on a board of its own. */
  public ReferencePlatform(
      ModelConfiguration configuration,
      Board board,
      ChipsetFactory chipsetFactory,
      ProcessorFactory processorFactory) {
    this(
        configuration,
        board,
        FirmwareTables.image(configuration, board),
        chipsetFactory,
        processorFactory);
  }

  /**
   * A machine with other tables of firmware.
   *
   * @param rom the read-only memory at {@link Memory#ROM_BASE}
   */
  public ReferencePlatform(
      ModelConfiguration configuration,
      Board board,
      byte[] rom,
      ChipsetFactory chipsetFactory,
      ProcessorFactory processorFactory) {
    description = describe(configuration, board);
    scheduler = new Scheduler(configuration, rom, chipsetFactory, processorFactory);
    chipset = scheduler.chipset();
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public Outcome perform(Action action) {
    // nearly all are blocks: a type test is quicker than a pattern switch
    if (action instanceof Action.Execute execute) {
      scheduler.execute(execute);
    } else {
      act(action);
    }
    scheduler.run();
    return new Outcome(scheduler.takeEvents(), scheduler.nanos());
  }

  private void act(Action action) {
    switch (action) {
      case Action.Execute execute -> scheduler.execute(execute);
      case Action.SetLine(int gsi, boolean asserted) -> setLine(gsi, asserted);
      case Action.SetLocalLine(int cpu, LocalLine line, boolean asserted) ->
          setLocalLine(cpu, line, asserted);
      case Action.SupplyVector(int vector) -> chipset.supplyVector(vector);
      case Action.DeviceWrite(int requesterId, long address, int data) ->
          scheduler.deviceWrite(requesterId, address, data);
      case Action.FunctionInterrupt(int requesterId, int number, boolean pending) ->
          chipset.functionInterrupt(requesterId, number, pending);
      case Action.Elapse(long nanos) -> scheduler.elapse(nanos);
      case Action.Reset _ -> scheduler.reset();
      case Action.SetGate(int vector, boolean trap) -> scheduler.setGate(vector, trap);
    }
  }

  @Override
  public GuestState guest(int cpu, int guest) {
    if (!description.stimuli().contains(Stimulus.VM_ENTRY)) {
      throw new UnsupportedActionException("the processors have no VMX");
    }
    return scheduler.guest(guest);
  }

  @Override
  public long userInterruptHandler() {
    if (!description.stimuli().contains(Stimulus.USER_INTERRUPTS)) {
      throw new UnsupportedActionException("the processors have no user interrupts");
    }
    return scheduler.userInterruptHandler();
  }

  /** Nothing to free. */
  @Override
  public void close() {}

  private void setLine(int gsi, boolean asserted) {
    if (!description.board().lines().contains(gsi)) {
      throw new UnsupportedActionException("nothing drives global system interrupt " + gsi);
    }
    chipset.setLine(gsi, asserted);
  }

  private void setLocalLine(int cpu, LocalLine line, boolean asserted) {
    switch (line) {
      case INIT -> {
        if (asserted) {
          scheduler.init(cpu);
        }
      }
      case SMI -> {
        if (asserted) {
          scheduler.smi(cpu);
        }
      }
      case LINT0, LINT1, PERFORMANCE, THERMAL, CMCI -> chipset.setLocalLine(cpu, line, asserted);
    }
  }

  private static PlatformDescription describe(ModelConfiguration configuration, Board board) {
    Set<Stimulus> stimuli = EnumSet.allOf(Stimulus.class);
    if (board.lines().isEmpty()) {
      stimuli.remove(Stimulus.LINES);
    }
    if (board.functions().isEmpty()) {
      stimuli.remove(Stimulus.FUNCTION_INTERRUPTS);
    }
    if (!configuration.has(Feature.VMX)) {
      stimuli.remove(Stimulus.VM_ENTRY);
    }
    if (!configuration.has(Feature.USER_INTERRUPTS)) {
      stimuli.remove(Stimulus.USER_INTERRUPTS);
    }
    String version = ReferencePlatform.class.getPackage().getImplementationVersion();
    return new PlatformDescription(
        NAME,
        Objects.requireNonNullElse(version, DEFAULT_VERSION),
        configuration.apicIds(),
        Memory.SCRATCH_BASE,
        Memory.SCRATCH_SIZE,
        START_VECTORS,
        board,
        stimuli,
        true,
        PATIENCE,
        QUIET);
  }
}
