package io.apictck.target.bochs;

import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.UnsupportedActionException;
import io.apictck.target.agent.AgentImage;
import io.apictck.target.agent.GuestMemory;
import io.apictck.target.serial.Line;
import io.apictck.target.serial.MachineClock;
import io.apictck.target.serial.SerialHost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A machine in Bochs. */
final class BochsHost implements SerialHost {
  /**
   * The HPET counts 10 ns each, and an instruction lasts a microsecond by it. For tests it lasts 40
   * ns, about what it takes in the end.
   */
  private static final MachineClock HPET =
      new MachineClock(0xFED0_00F0L, 0xFED0_0010L, 1, 10 * 40 / 1000.0);

  private static final long SILENCE = 4_000_000;
  private static final long RESEND = 200_000_000;
  private static final long ABSENCE = 30_000_000;
  private static final int LIMIT = 60;

  private final Path program;
  private final BochsConfiguration configuration;
  private final AgentImage image;
  private final PlatformDescription description;
  private final Path folder;
  private final ProcessTime time = new ProcessTime();
  private final AtomicInteger starts = new AtomicInteger();
  private final HpetLines lines = new HpetLines();
  private boolean devicesUsed;
  private final Spare spare = new Spare(this::start);
  private @Nullable BochsProcess process;
  private Rest.@Nullable Sleeper sleeper;

  BochsHost(
      Path program,
      BochsConfiguration configuration,
      AgentImage image,
      PlatformDescription description) {
    this.program = program;
    this.configuration = configuration;
    this.image = image;
    this.description = description;
    try {
      folder = Leftovers.newFolder();
      configuration.write(folder, image);
    } catch (IOException e) {
      throw new PlatformException("no files for Bochs: " + e.getMessage(), e);
    }
  }

  @Override
  public PlatformDescription description() {
    return description;
  }

  @Override
  public void restart() {
    end();
    BochsProcess started = spare.take();
    process = started;
    sleeper = Rest.all().add(started);
    time.follow(started.pid());
    if (!resetsItself()) {
      spare.prepare();
    }
  }

  private BochsProcess start() {
    return BochsProcess.start(
        program, configuration, image, folder, "run" + starts.incrementAndGet());
  }

  @Override
  public void wake() {
    if (sleeper != null) {
      Rest.all().wake(sleeper);
    }
  }

  /**
   * With one processor only: where there are several, Bochs 2.7 takes all instructions that a
   * processor ever executed for the time its reset took. Its reset leaves the 8259s, the PIT and
   * the levels of wires as they are.
   */
  @Override
  public boolean resetsItself() {
    return configuration.processors() == 1 && !lines.anyRaised() && !devicesUsed;
  }

  @Override
  public void prepare(GuestMemory memory) {
    devicesUsed = false;
    lines.start(memory);
  }

  @Override
  public void executes(List<Instruction> instructions) {
    devicesUsed |= instructions.stream().anyMatch(Instruction.Out.class::isInstance);
  }

  @Override
  public void stimulate(Action action, GuestMemory memory) {
    if (!(action instanceof Action.SetLine(int gsi, boolean asserted))) {
      throw new UnsupportedActionException("the target bochs does not offer " + action);
    }
    if (!description.board().lines().contains(gsi)) {
      throw new UnsupportedActionException(
          "the target bochs does not drive global system interrupt " + gsi);
    }
    lines.line(memory, gsi, asserted);
  }

  private BochsProcess running() {
    if (process == null) {
      throw new PlatformException("Bochs does not run");
    }
    return process;
  }

  @Override
  public Line line() {
    return running().line();
  }

  @Override
  public void check() {
    running().check();
    if (sleeper != null) {
      sleeper.used();
    }
  }

  @Override
  public void lineBroke() {
    running().awaitEnd();
    check();
  }

  /** Processor time of Bochs: it is busy also when all its processors are halted. */
  @Override
  public long ran() {
    return time.nanos();
  }

  @Override
  public long silence() {
    return SILENCE;
  }

  @Override
  public long resend() {
    return RESEND;
  }

  @Override
  public long absence() {
    return ABSENCE;
  }

  @Override
  public int limit() {
    return LIMIT;
  }

  @Override
  public Optional<MachineClock> clock() {
    return Optional.of(HPET);
  }

  private void end() {
    BochsProcess old = process;
    process = null;
    if (sleeper != null) {
      Rest.all().remove(sleeper);
      sleeper = null;
    }
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void close() {
    end();
    spare.close();
    Leftovers.remove(folder);
  }
}
