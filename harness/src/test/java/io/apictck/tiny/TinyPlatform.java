package io.apictck.tiny;

import io.apictck.arch.ApicBase;
import io.apictck.arch.Exceptions;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.platform.Action;
import io.apictck.platform.Board;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Outcome;
import io.apictck.platform.Place;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.UnsupportedActionException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** One processor with a minimal local APIC, in virtual time; it may be told to be in trouble. */
public final class TinyPlatform implements Platform {
  private static final long SCRATCH = 0x10_0000;
  private static final int SCRATCH_SIZE = 1 << 20;

  /** What is wrong with it. */
  public enum Trouble {
    /** Nothing. */
    NONE,
    /** Writes to TPR never end. */
    HANG,
    /** Writes to TPR throw. */
    CRASH,
    /** Completed names the block before. */
    WRONG_BLOCK,
    /** RDMSR gives one value too few. */
    FEW_VALUES,
    /** What follows a faulting instruction is executed. */
    GOES_ON,
    /** Elapse does nothing. */
    NO_TIME,
    /** Elapse goes backwards. */
    TIME_BACK,
    /** IRET does not resume what was suspended. */
    FORGETS_SUSPENDED,
    /** Reset keeps IF. */
    KEEPS_IF,
    /** Its scratch memory is too small. */
    SMALL_SCRATCH;

    static Trouble of(Map<String, String> options) {
      if (options.containsKey("fault")) {
        return valueOf(options.get("fault").replace('-', '_').toUpperCase(Locale.ROOT));
      }
      if (Boolean.parseBoolean(options.get("hang"))) {
        return HANG;
      }
      return Boolean.parseBoolean(options.get("crash")) ? CRASH : NONE;
    }
  }

  /** A block that runs or is suspended. */
  private static final class Running {
    final long block;
    final List<Instruction> instructions;
    final List<Long> values = new ArrayList<>();
    int next;

    Running(long block, List<Instruction> instructions) {
      this.block = block;
      this.instructions = instructions;
    }
  }

  /** What a handler returns to. */
  private record Suspended(@Nullable Running running, boolean interrupts) {}

  private final Trouble trouble;
  private final TinyLapic lapic = new TinyLapic();
  private final ByteBuffer memory =
      ByteBuffer.allocate(SCRATCH_SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final Deque<Suspended> suspended = new ArrayDeque<>();
  private final List<Event> events = new ArrayList<>();
  private @Nullable Running running;
  private boolean interrupts;
  private boolean halted;
  private boolean shadow;
  private long nanos;

  /** A machine in its power-on state. */
  public TinyPlatform(Trouble trouble) {
    this.trouble = trouble;
  }

  @Override
  public PlatformDescription description() {
    return new PlatformDescription(
        "tiny",
        "1.2",
        List.of(0),
        SCRATCH,
        trouble == Trouble.SMALL_SCRATCH ? 0x1000 : SCRATCH_SIZE,
        List.of(1, 2),
        Board.BARE,
        Set.of(),
        true,
        Duration.ofMillis(10),
        Duration.ofMillis(1),
        Set.of("BORROWED-"));
  }

  @Override
  public Outcome perform(Action action) {
    events.clear();
    switch (action) {
      case Action.Execute execute -> {
        running = new Running(execute.block(), execute.instructions());
        run();
      }
      case Action.Elapse(long duration) -> elapse(duration);
      case Action.Reset() -> reset();
      default -> throw new UnsupportedActionException("tiny does not offer " + action);
    }
    return new Outcome(events, nanos);
  }

  @Override
  public void close() {}

  private void elapse(long duration) {
    switch (trouble) {
      case NO_TIME -> {}
      case TIME_BACK -> nanos -= 1;
      default -> nanos += duration;
    }
  }

  private void reset() {
    lapic.reset();
    suspended.clear();
    running = null;
    halted = false;
    interrupts &= trouble == Trouble.KEEPS_IF;
    nanos = 0;
  }

  /** Runs until nothing is left to do without another action. */
  private void run() {
    while (true) {
      Running current = running;
      boolean ended = current != null && !halted && current.next == current.instructions.size();
      if (current != null && ended) {
        complete(current);
      } else if (!interrupts || shadow || !takesInterrupt()) {
        shadow = false;
        if (current != null && !halted) {
          step(current);
        } else if (!interrupts || !takesInterrupt()) {
          return;
        }
      }
    }
  }

  private boolean takesInterrupt() {
    int vector = lapic.acknowledge();
    if (vector < 0) {
      return false;
    }
    halted = false;
    enter(vector, Event.Kind.EXTERNAL);
    return true;
  }

  private void enter(int vector, Event.Kind kind) {
    Place place = running == null ? Place.IDLE : new Place(running.block, running.next);
    events.add(new Event.InterruptTaken(0, vector, kind, place, rflags()));
    suspended.push(new Suspended(running, interrupts));
    running = null;
    interrupts = false;
  }

  private void complete(Running ended) {
    running = null;
    events.add(
        new Event.Completed(
            0,
            trouble == Trouble.WRONG_BLOCK ? ended.block - 1 : ended.block,
            ended.values.stream().mapToLong(Long::longValue).toArray()));
    if (ended.instructions.getLast() instanceof Instruction.Iret) {
      Suspended previous = suspended.pop();
      running = trouble == Trouble.FORGETS_SUSPENDED ? null : previous.running();
      interrupts = previous.interrupts();
    }
  }

  private void step(Running current) {
    Instruction instruction = current.instructions.get(current.next++);
    switch (instruction) {
      case Instruction.Nop() -> {}
      case Instruction.Iret() -> {}
      case Instruction.Sti() -> {
        shadow = !interrupts;
        interrupts = true;
      }
      case Instruction.Cli() -> interrupts = false;
      case Instruction.Hlt() -> halted = true;
      case Instruction.Int(int vector) -> enter(vector, Event.Kind.SOFTWARE);
      case Instruction.Pushf() -> current.values.add(rflags());
      case Instruction.Load(long address, int width) -> current.values.add(load(address, width));
      case Instruction.Store(long address, int width, long value) -> store(address, width, value);
      case Instruction.Exchange(long address, int width, long value) -> {
        current.values.add(load(address, width));
        store(address, width, value);
      }
      case Instruction.In(int _, int _) -> current.values.add(0xFFL);
      case Instruction.Rdtsc() -> current.values.add(nanos);
      case Instruction.MovFromCr8() -> current.values.add(0L);
      case Instruction.Cpuid(int _, int _) -> current.values.addAll(List.of(0L, 0L, 0L, 0L));
      case Instruction.Rdmsr(int msr) -> rdmsr(current, msr);
      case Instruction.Ud2() -> fault(current, Exceptions.UD);
      default -> fault(current, Exceptions.GP);
    }
  }

  private void rdmsr(Running current, int msr) {
    if (msr != Msr.IA32_APIC_BASE) {
      fault(current, Exceptions.GP);
      return;
    }
    current.values.add(ApicBase.DEFAULT_ADDRESS | ApicBase.EN | ApicBase.BSP);
    if (trouble != Trouble.FEW_VALUES) {
      current.values.add(0L);
    }
  }

  private void fault(Running current, int vector) {
    events.add(new Event.Faulted(0, current.block, current.next - 1, vector, 0));
    if (trouble == Trouble.GOES_ON) {
      for (Instruction rest :
          current.instructions.subList(current.next, current.instructions.size())) {
        if (rest instanceof Instruction.Store(long address, int width, long value)) {
          store(address, width, value);
        }
      }
    }
    running = null;
  }

  private long rflags() {
    return Rflags.FIXED | (interrupts ? Rflags.IF : 0);
  }

  private static int apicOffset(long address) {
    long offset = address - ApicBase.DEFAULT_ADDRESS;
    return offset >= 0 && offset < LapicRegister.PAGE_SIZE ? (int) offset : -1;
  }

  private long load(long address, int width) {
    int offset = apicOffset(address);
    if (offset >= 0) {
      return lapic.read(offset) & 0xFFFF_FFFFL;
    }
    byte[] bytes = new byte[Long.BYTES];
    memory.get((int) (address - SCRATCH), bytes, 0, width);
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  private void store(long address, int width, long value) {
    int offset = apicOffset(address);
    if (offset < 0) {
      byte[] bytes = new byte[Long.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
      memory.put((int) (address - SCRATCH), Arrays.copyOf(bytes, width));
      return;
    }
    if (offset == LapicRegister.TPR.offset()) {
      beInTrouble();
    }
    lapic.write(offset, (int) value);
  }

  private void beInTrouble() {
    if (trouble == Trouble.CRASH) {
      throw new IllegalStateException("the tiny machine fell over");
    }
    if (trouble == Trouble.HANG) {
      awaitForever();
    }
  }

  private static void awaitForever() {
    CountDownLatch never = new CountDownLatch(1);
    while (true) {
      try {
        never.await();
      } catch (InterruptedException e) {
        // a machine that hangs does not listen
      }
    }
  }
}
