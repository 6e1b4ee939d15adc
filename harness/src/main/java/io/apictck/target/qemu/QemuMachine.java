package io.apictck.target.qemu;

import io.apictck.platform.Action;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.Stimulus;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.target.agent.AgentLayout;
import io.apictck.target.agent.AgentMachine;
import io.apictck.target.agent.GuestMemory;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A PC that QEMU emulates, without firmware. */
final class QemuMachine implements AgentMachine {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration QUIET = Duration.ofMillis(5);
  private static final int SPINS = 200;
  private static final long NAP = 20_000;

  private final QemuOptions options;
  private final MachineRequest request;
  private final byte[] rom;
  private final PlatformDescription description;
  private final QemuBoard board;
  private QemuSession session;
  private ProcessorWatch watch;
  private @Nullable IdleStop idle;
  private int unsettled;
  private boolean fresh = true;
  private boolean closed;

  /**
   * Starts QEMU.
   *
   * @throws io.apictck.platform.UnsupportedRequestException if QEMU cannot be as requested
   * @throws PlatformException if it cannot be started
   */
  QemuMachine(QemuOptions options, MachineRequest request, byte[] rom) {
    QemuCommand.check(options, request);
    this.options = options;
    this.request = request;
    this.rom = rom.clone();
    this.board = new QemuBoard(options);
    this.session = QemuSession.start(options, request, this.rom);
    this.watch = watch(session, request.processors());
    this.description = describe(session.qmp().version());
  }

  private static ProcessorWatch watch(QemuSession session, int processors) {
    return new ProcessorWatch(
        session.memory(), processors, cpu -> ProcessorState.of(session.qmp().registers(cpu)));
  }

  private PlatformDescription describe(String version) {
    return new PlatformDescription(
        "qemu",
        version
            + " "
            + options.accel()
            + " "
            + options.machine()
            + (options.iommu() ? " intel-iommu" : ""),
        IntStream.range(0, request.processors()).boxed().toList(),
        AgentLayout.SCRATCH,
        AgentLayout.SCRATCH_SIZE,
        AgentLayout.START_VECTORS,
        board.description(),
        stimuli(),
        false,
        PATIENCE,
        QUIET);
  }

  /** User mode was never seen with KVM: the agent needs SYSCALL there. */
  private Set<Stimulus> stimuli() {
    Set<Stimulus> stimuli =
        EnumSet.of(
            Stimulus.LINES,
            Stimulus.FUNCTION_INTERRUPTS,
            Stimulus.POWER_ON,
            Stimulus.GATES,
            Stimulus.BSP_INIT,
            Stimulus.VM_ENTRY,
            Stimulus.INIT_IN_HALT);
    // writes from outside come from no function, and so would pass the remapping unit by
    if (!options.iommu()) {
      stimuli.add(Stimulus.DEVICE_WRITE);
    }
    if (options.accel().equals("tcg")) {
      stimuli.add(Stimulus.USER_MODE);
    }
    return stimuli;
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public GuestMemory memory() {
    return session.memory();
  }

  /** The process, for tests. */
  QemuProcess process() {
    return session.process();
  }

  @Override
  public void reset(Runnable load) {
    if (closed) {
      throw new PlatformException("qemu: the machine was closed");
    }
    stopWatching();
    if (!fresh) {
      if (session.process().isAlive() && session.qmp().reset()) {
        session.memory().clear(0, AgentLayout.RAM_SIZE);
      } else {
        session.close();
        session = QemuSession.start(options, request, rom);
      }
    }
    fresh = false;
    board.reset(session.qtest());
    load.run();
    watch = watch(session, request.processors());
    session.qmp().go();
    idle = new IdleStop(session.qmp());
  }

  private void stopWatching() {
    if (idle != null) {
      idle.close();
      idle = null;
    }
  }

  @Override
  public boolean yields() {
    return false;
  }

  @Override
  public void turn() {
    session.check();
    used();
  }

  private void used() {
    if (idle != null) {
      idle.used();
    }
  }

  @Override
  public void pause(int turns) {
    if (Math.max(turns, unsettled) < SPINS) {
      Thread.onSpinWait();
    } else {
      LockSupport.parkNanos(NAP);
    }
  }

  @Override
  public boolean settled() {
    used();
    boolean settled = watch.settled();
    unsettled = settled ? 0 : unsettled + 1;
    return settled;
  }

  @Override
  public Condition condition(int cpu) {
    return watch.waits(cpu) ? Condition.WAIT_FOR_SIPI : Condition.ACTIVE;
  }

  @Override
  public void stimulate(Action action) {
    used();
    switch (action) {
      case Action.SetLine(int gsi, boolean asserted) -> board.line(session.qtest(), gsi, asserted);
      case Action.FunctionInterrupt(int requesterId, int number, boolean pending) ->
          board.functionInterrupt(session.qtest(), requesterId, number, pending);
      case Action.DeviceWrite(int ignored, long address, int data) when !options.iommu() ->
          session.qtest().write32(address, data);
      default -> throw new UnsupportedActionException("the target qemu does not offer " + action);
    }
  }

  @Override
  public void close() {
    closed = true;
    stopWatching();
    session.close();
  }
}
