package io.apictck.machine;

import io.apictck.arch.ApicBase;
import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.Rflags;
import io.apictck.machine.InterruptFrame.Cause;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Place;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A processor as a test directs it: it runs blocks of instructions in its current context, and
 * takes interrupts one by one or through automatic handlers.
 */
public final class Cpu {
  private static final int MAX_HANDLERS = 300;
  private static final int PIECE = 1024;

  private final Machine machine;
  private final int index;
  private final int apicId;
  private final LocalApic lapic;
  private final HandlerContexts contexts = new HandlerContexts();

  /** The blocks that run: one in each context at most. */
  private final List<BlockRun> runs = new ArrayList<>();

  private final Deque<Event> startEvents = new ArrayDeque<>();
  private boolean waitingForSipi;
  private boolean shutDown;
  private int handlersRunning;
  private final Vmx vmx = new Vmx(this);

  /** The virtual processor that this is the guest side of. */
  private final @Nullable Vcpu vcpu;

  /** The virtual processor whose guest runs now. */
  private @Nullable Vcpu active;

  /** The virtual processor that the next VM entry is for. */
  private @Nullable Vcpu entering;

  Cpu(Machine machine, int index, int apicId) {
    this(machine, index, apicId, null);
    this.waitingForSipi = index != 0;
  }

  private Cpu(Machine machine, int index, int apicId, @Nullable Vcpu vcpu) {
    this.machine = machine;
    this.index = index;
    this.apicId = apicId;
    this.vcpu = vcpu;
    this.lapic = new LocalApic(this);
  }

  /** The guest side of a virtual processor of this one; it finds the local APIC of its host. */
  Cpu guestSide(Vcpu of) {
    Cpu guest = new Cpu(machine, index, apicId, of);
    guest.lapic.assume(lapic.base());
    return guest;
  }

  /** VMX operation of this processor. */
  public Vmx vmx() {
    return vmx;
  }

  /** The virtual processor whose guest runs now, null in VMX root operation and without VMX. */
  @Nullable Vcpu active() {
    return active;
  }

  void entering(Vcpu next) {
    entering = next;
  }

  /** Its number, from 0. */
  public int index() {
    return index;
  }

  /** Its APIC ID, as the platform says. */
  public int apicId() {
    return apicId;
  }

  /** The machine it belongs to. */
  public Machine machine() {
    return machine;
  }

  /** Its local APIC. */
  public LocalApic lapic() {
    return lapic;
  }

  /** How many handler contexts are entered and not left. */
  public int depth() {
    return contexts.depth();
  }

  /** Whether it waits for a start-up IPI. */
  public boolean waitsForSipi() {
    return waitingForSipi;
  }

  // ---- running instructions ----

  /** Starts a block in the current context; it may be suspended by interrupts, traps and HLT. */
  public BlockRun start(Instruction... instructions) {
    return start(List.of(instructions));
  }

  /** As {@link #start(Instruction...)}. */
  public BlockRun start(List<Instruction> instructions) {
    verifyNothingUnexpected();
    if (active != null) {
      throw new IllegalStateException(
          this + " is in the guest: a test cannot run " + instructions + " in the host");
    }
    if (vcpu != null && !vcpu.inGuest()) {
      vcpu.verifyNothingUnexpected();
      throw new IllegalStateException(
          this + " does not run: a test cannot run " + instructions + " in it");
    }
    if (waitingForSipi) {
      throw new IllegalStateException(
          "CPU "
              + index
              + " waits for a start-up IPI: a test cannot run "
              + instructions
              + " on it");
    }
    long block = machine.nextBlock();
    BlockRun run = new BlockRun(this, block, instructions);
    runs.add(run);
    machine.perform(new Action.Execute(index, block, instructions));
    return run;
  }

  /**
   * Runs a block to its end.
   *
   * @return what its instructions gave, in order
   * @throws AssertionError if it faults or is not completed
   */
  public long[] run(Instruction... instructions) {
    return run(List.of(instructions));
  }

  /** As {@link #run(Instruction...)}. */
  public long[] run(List<Instruction> instructions) {
    return awaitCompletion(start(instructions));
  }

  /**
   * Runs many instructions, in as many blocks as platforms with little memory for code need.
   *
   * @return what the instructions gave, in order
   * @throws AssertionError if a block faults or is not completed
   */
  public long[] runInPieces(List<Instruction> instructions) {
    LongStream.Builder values = LongStream.builder();
    for (int i = 0; i < instructions.size(); i += PIECE) {
      long[] piece = run(instructions.subList(i, Math.min(i + PIECE, instructions.size())));
      Arrays.stream(piece).forEach(values);
    }
    return values.build().toArray();
  }

  /** Runs a block that may fault. */
  public Attempt attempt(Instruction... instructions) {
    return awaitEnd(start(instructions));
  }

  long[] awaitCompletion(BlockRun run) {
    if (run.end() instanceof Event.Completed completed) {
      return completed.values();
    }
    return switch (awaitEnd(run)) {
      case Attempt.Succeeded succeeded -> succeeded.values();
      case Attempt.Failed failed ->
          throw new AssertionError(
              "CPU "
                  + index
                  + ": "
                  + failed.instructions().get(failed.index())
                  + " raised exception "
                  + failed.vector()
                  + (failed.vector() == Exceptions.GP ? " (#GP)" : "")
                  + ", error code "
                  + Hex.dword(failed.errorCode()));
    };
  }

  Attempt awaitEnd(BlockRun run) {
    if (run.running()) {
      machine.await(() -> !run.running() || hasUntakenInterrupt() || hasExited());
    }
    return switch (run.end()) {
      case Event.Completed completed ->
          new Attempt.Succeeded(run.instructions(), completed.values());
      case Event.Faulted faulted ->
          new Attempt.Failed(
              run.instructions(), faulted.index(), faulted.vector(), faulted.errorCode());
      case null, default -> {
        verifyNothingUnexpected();
        throw new AssertionError(
            "CPU "
                + index
                + " did not complete "
                + run.instructions()
                + (run.dropped() ? ": INIT ended it" : ""));
      }
    };
  }

  /** Whether a block can be started. */
  private boolean runs() {
    return active == null && (vcpu == null || vcpu.inGuest());
  }

  private boolean hasExited() {
    return vcpu != null && vcpu.hasExited();
  }

  /** How VMLAUNCH or VMRESUME ended. */
  Event awaitEntry(BlockRun run) {
    if (run.running()) {
      machine.await(() -> !run.running());
    }
    Event end = run.end();
    if (end == null) {
      throw new AssertionError(this + " did not complete " + run.instructions());
    }
    return end;
  }

  // ---- instructions by name ----

  /** STI. */
  public void sti() {
    run(new Instruction.Sti());
  }

  /** CLI. */
  public void cli() {
    run(new Instruction.Cli());
  }

  /** NOP. */
  public void nop() {
    run(new Instruction.Nop());
  }

  /** Starts HLT, alone; the run goes on when the processor wakes. */
  public BlockRun hlt() {
    return start(new Instruction.Hlt());
  }

  /** STI followed by HLT; the run goes on when the processor wakes. */
  public BlockRun stiHlt() {
    return start(new Instruction.Sti(), new Instruction.Hlt());
  }

  /**
   * RDMSR.
   *
   * @throws AssertionError if it faults, or leaves bits in the upper halves of RAX or RDX
   */
  public long rdmsr(int msr) {
    long[] values = run(new Instruction.Rdmsr(msr));
    if (values[0] >>> 32 != 0 || values[1] >>> 32 != 0) {
      throw new AssertionError(
          "RDMSR of "
              + Integer.toHexString(msr)
              + "h on CPU "
              + index
              + " must clear bits 63:32 of RAX and RDX, but gave RAX="
              + Hex.qword(values[0])
              + ", RDX="
              + Hex.qword(values[1]));
    }
    return values[1] << 32 | values[0];
  }

  /** WRMSR. */
  public void wrmsr(int msr, long value) {
    run(new Instruction.Wrmsr(msr, value));
  }

  /** Loads 32 bits. */
  public int read32(long address) {
    return (int) run(new Instruction.Load(address, 4))[0];
  }

  /** Stores 32 bits. */
  public void write32(long address, int value) {
    run(new Instruction.Store(address, 4, value & 0xFFFF_FFFFL));
  }

  /** IN of one byte. */
  public int in8(int port) {
    return (int) run(new Instruction.In(port, 1))[0];
  }

  /** OUT of one byte. */
  public void out8(int port, int value) {
    run(new Instruction.Out(port, 1, value));
  }

  /** IN of four bytes. */
  public int in32(int port) {
    return (int) run(new Instruction.In(port, 4))[0];
  }

  /** OUT of four bytes. */
  public void out32(int port, int value) {
    run(new Instruction.Out(port, 4, value));
  }

  /** CPUID. */
  public CpuidResult cpuid(int leaf, int subleaf) {
    long[] values = run(new Instruction.Cpuid(leaf, subleaf));
    return new CpuidResult((int) values[0], (int) values[1], (int) values[2], (int) values[3]);
  }

  /** CPUID with ECX=0. */
  public CpuidResult cpuid(int leaf) {
    return cpuid(leaf, 0);
  }

  /**
   * What CPUID gave.
   *
   * @param eax EAX
   * @param ebx EBX
   * @param ecx ECX
   * @param edx EDX
   */
  public record CpuidResult(int eax, int ebx, int ecx, int edx) {}

  /** MOV from CR8. */
  public long cr8() {
    return run(new Instruction.MovFromCr8())[0];
  }

  /** MOV to CR8. */
  public void setCr8(long value) {
    run(new Instruction.MovToCr8(value));
  }

  /** RDTSC. */
  public long rdtsc() {
    return run(new Instruction.Rdtsc())[0];
  }

  /** RFLAGS. */
  public long rflags() {
    return run(new Instruction.Pushf())[0];
  }

  /** Whether IF is set. */
  public boolean interruptsEnabled() {
    return (rflags() & Rflags.IF) != 0;
  }

  /** IA32_APIC_BASE. */
  public ApicBase apicBase() {
    return ApicBase.of(rdmsr(Msr.IA32_APIC_BASE));
  }

  /** Writes IA32_APIC_BASE. */
  public void setApicBase(ApicBase base) {
    wrmsr(Msr.IA32_APIC_BASE, base.raw());
  }

  /** IRETQ, RSM or UIRET: leaves the handler context. */
  public void iret() {
    if (contexts.isEmpty()) {
      throw new IllegalStateException(
          "CPU " + index + " is in no handler: there is nothing to return from");
    }
    run(contexts.leaving());
  }

  // ---- lines ----

  /** Drives an input of this processor; electrical level for LINT0 and LINT1. */
  public void line(LocalLine line, boolean asserted) {
    machine.localLine(index, line, asserted);
  }

  /** Asserts and deasserts an input of this processor. */
  public void pulse(LocalLine line) {
    line(line, true);
    line(line, false);
  }

  // ---- interrupts ----

  /**
   * From now on interrupts with this vector are taken by {@code handler}; external and software
   * ones alike.
   */
  public Counter onInterrupt(int vector, InterruptHandler handler) {
    Counter counter = new Counter();
    contexts.onInterrupt(vector, counting(counter, handler));
    return counter;
  }

  /**
   * From now on interrupts with this vector are counted, ended in the local APIC and returned from.
   */
  public Counter countInterrupts(int vector) {
    return onInterrupt(vector, InterruptHandler.END_OF_INTERRUPT);
  }

  /**
   * As {@link #countInterrupts(int)} for all vectors from {@code first} to {@code last}, into one
   * counter.
   */
  public Counter countInterrupts(int first, int last) {
    Counter counter = new Counter();
    InterruptHandler handler = counting(counter, InterruptHandler.END_OF_INTERRUPT);
    for (int vector = first; vector <= last; vector++) {
      contexts.onInterrupt(vector, handler);
    }
    return counter;
  }

  /** From now on NMIs are taken by {@code handler}. */
  public Counter onNmi(InterruptHandler handler) {
    Counter counter = new Counter();
    contexts.onNmi(counting(counter, handler));
    return counter;
  }

  /**
   * From now on traps with this vector (single step: 1, breakpoint: 3) are taken by {@code
   * handler}.
   */
  public Counter onTrap(int vector, InterruptHandler handler) {
    Counter counter = new Counter();
    contexts.onTrap(vector, counting(counter, handler));
    return counter;
  }

  /** From now on user interrupts with this vector are taken by {@code handler}. */
  public Counter onUserInterrupt(int vector, InterruptHandler handler) {
    Counter counter = new Counter();
    contexts.onUserInterrupt(vector, counting(counter, handler));
    return counter;
  }

  /** From now on interrupts with this vector are waited for one by one, or unexpected. */
  public void noHandler(int vector) {
    contexts.removeInterruptHandler(vector);
  }

  private static InterruptHandler counting(Counter counter, InterruptHandler handler) {
    return (cpu, frame) -> {
      counter.add(frame);
      handler.handle(cpu, frame);
    };
  }

  /**
   * Waits for the next interrupt, NMI, SMI or trap that no automatic handler takes; the processor
   * is in its handler then.
   *
   * @throws AssertionError if none comes within the platform's patience
   */
  public InterruptFrame takeInterrupt() {
    if (!machine.await(() -> hasUntakenInterrupt() || hasExited()) || !hasUntakenInterrupt()) {
      verifyNothingUnexpected();
      if (vcpu != null) {
        vcpu.verifyNothingUnexpected();
      }
      throw new AssertionError(
          this
              + " took no interrupt within "
              + machine.description().patience().toMillis()
              + " ms: "
              + (runs() ? lapic.summary() : "its code does not run"));
    }
    InterruptFrame frame = contexts.take();
    if (frame == null) {
      throw new IllegalStateException("an awaited interrupt is gone");
    }
    return frame;
  }

  /** Waits for the next interrupt and fails if it is not a maskable one with this vector. */
  public InterruptFrame takeInterrupt(int vector) {
    return take(Cause.EXTERNAL, vector);
  }

  /** Waits for the next interrupt and fails if it is not an NMI. */
  public InterruptFrame takeNmi() {
    return take(Cause.NMI, Exceptions.NMI);
  }

  /** Waits for the next interrupt and fails if it is not an SMI. */
  public InterruptFrame takeSmi() {
    return take(Cause.SMI, 0);
  }

  /** Waits for the next interrupt and fails if it is not a trap with this vector. */
  public InterruptFrame takeTrap(int vector) {
    return take(Cause.TRAP, vector);
  }

  /** Waits for the next interrupt and fails if it is not a software interrupt with this vector. */
  public InterruptFrame takeSoftwareInterrupt(int vector) {
    return take(Cause.SOFTWARE, vector);
  }

  /** Waits for the next interrupt and fails if it is not a user interrupt with this vector. */
  public InterruptFrame takeUserInterrupt(int vector) {
    return take(Cause.USER, vector);
  }

  private InterruptFrame take(Cause cause, int vector) {
    InterruptFrame frame = takeInterrupt();
    if (frame.cause() != cause || frame.vector() != vector) {
      throw new AssertionError(
          "expected "
              + new InterruptFrame(this, vector, cause, Place.IDLE, 0)
              + ", but it took "
              + frame);
    }
    return frame;
  }

  /** Ends the interrupt being handled in the local APIC and returns from the handler. */
  public void finishInterrupt() {
    run(lapic.endingInterrupt(), new Instruction.Iret());
  }

  /** Takes the interrupt with this vector, ends and leaves it. */
  public InterruptFrame serve(int vector) {
    InterruptFrame frame = takeInterrupt(vector);
    finishInterrupt();
    return frame;
  }

  /**
   * Whether an interrupt was taken that neither the test nor a handler has dealt with yet; does not
   * wait.
   */
  public boolean hasUntakenInterrupt() {
    return contexts.untaken() != null;
  }

  // ---- INIT and start-up ----

  /**
   * Waits until INIT resets this processor.
   *
   * @throws AssertionError if that does not happen within the platform's patience
   */
  public void expectInit() {
    Event event = nextStartEvent("INIT did not reset");
    if (!(event instanceof Event.ProcessorReset)) {
      throw new AssertionError(
          "CPU " + index + " should have been reset by INIT, but showed " + event);
    }
  }

  /**
   * Waits until this processor starts to run after INIT.
   *
   * @throws AssertionError if that does not happen within the platform's patience
   */
  public Event.ProcessorStarted expectStart() {
    Event event = nextStartEvent("no start-up of");
    if (!(event instanceof Event.ProcessorStarted started)) {
      throw new AssertionError("CPU " + index + " should have started, but showed " + event);
    }
    return started;
  }

  /**
   * Waits until this processor shuts down.
   *
   * @throws AssertionError if that does not happen within the platform's patience
   */
  public void expectShutDown() {
    if (!machine.await(() -> shutDown)) {
      throw new AssertionError(
          "no shutdown of %s within %d ms"
              .formatted(this, machine.description().patience().toMillis()));
    }
    shutDown = false;
  }

  private Event nextStartEvent(String failure) {
    if (!machine.await(() -> !startEvents.isEmpty())) {
      throw new AssertionError(
          failure
              + " CPU "
              + index
              + " within "
              + machine.description().patience().toMillis()
              + " ms");
    }
    return startEvents.removeFirst();
  }

  // ---- what machines use ----

  /** Takes note of an event; tells whether an automatic handler waits now. */
  boolean dispatch(Event event) {
    Vcpu running = active;
    if (running != null) {
      if (event instanceof Event.VmExited exited) {
        active = null;
        return running.exited(exited);
      }
      if (!(event instanceof Event.ProcessorReset || event instanceof Event.ShutDown)) {
        return running.guest().dispatch(event);
      }
      active = null;
    }
    switch (event) {
      case Event.Completed completed -> {
        BlockRun run = end(completed.block(), completed);
        noticeModeChanges(run, run.instructions().size());
        if (!run.leavesContext()) {
          return false;
        }
        leaveContext(completed);
        // the context that was returned to may have a handler that was not run yet
        return !contexts.isEmpty();
      }
      case Event.VmEntered entered -> {
        end(entered.block(), entered);
        active = requireEntering(entered);
      }
      case Event.Faulted faulted -> {
        BlockRun run = end(faulted.block(), faulted);
        noticeModeChanges(run, faulted.index());
      }
      case Event.InterruptTaken taken -> {
        return contexts.enter(
            new InterruptFrame(
                this, taken.vector(), Cause.of(taken.kind()), taken.interrupted(), taken.rflags()));
      }
      case Event.ExceptionTaken taken -> {
        return contexts.enter(
            new InterruptFrame(
                this, taken.vector(), Cause.TRAP, taken.interrupted(), taken.rflags()));
      }
      case Event.UserInterruptTaken taken -> {
        return contexts.enter(
            new InterruptFrame(
                this,
                taken.vector(),
                Cause.USER,
                taken.interrupted(),
                taken.rflags(),
                taken.frame()));
      }
      case Event.ProcessorReset reset -> {
        forgetContexts();
        waitingForSipi = index != 0;
        startEvents.add(reset);
      }
      case Event.ProcessorStarted started -> {
        waitingForSipi = false;
        startEvents.add(started);
      }
      case Event.ShutDown ignored -> shutDown = true;
      // an entry that failed while it loaded the guest
      case Event.VmExited exited -> end(exited.block(), exited);
    }
    return false;
  }

  private void noticeModeChanges(BlockRun run, int executed) {
    for (int i = 0; i < executed; i++) {
      lapic.noticeModeChange(run.instructions().get(i));
    }
  }

  private Vcpu requireEntering(Event event) {
    if (entering == null) {
      throw new PlatformContractException("no VM entry was asked for: " + event);
    }
    return entering;
  }

  private BlockRun end(long block, Event event) {
    // the innermost context is the one that is most at work
    for (int i = runs.size() - 1; i >= 0; i--) {
      BlockRun run = runs.get(i);
      if (run.block() == block) {
        runs.remove(i);
        run.ended(event);
        return run;
      }
    }
    throw new PlatformContractException(
        "the platform ends a block that does not run on CPU " + index + ": " + event);
  }

  private void leaveContext(Event event) {
    if (!contexts.leave()) {
      throw new PlatformContractException(
          "the platform returns from a handler that CPU " + index + " is not in: " + event);
    }
  }

  /**
   * Runs the automatic handler of the innermost context, if it has one that did not run; tells
   * whether it did.
   */
  boolean runHandler() {
    boolean ran = false;
    for (int i = 0; i < vmx.count(); i++) {
      Vcpu each = vmx.vcpu(i);
      ran |= active == each ? each.guest().runHandler() : runExitHandler(each);
    }
    return ran || runInterruptHandler();
  }

  private boolean runExitHandler(Vcpu each) {
    handlersRunning++;
    try {
      return each.runHandler();
    } finally {
      handlersRunning--;
    }
  }

  private boolean runInterruptHandler() {
    if (active != null) {
      return false;
    }
    if (handlersRunning == MAX_HANDLERS) {
      throw new AssertionError(
          "%s: %d automatic handlers run one inside the other: interrupts come faster than they can be ended"
              .formatted(this, MAX_HANDLERS));
    }
    handlersRunning++;
    try {
      return contexts.runHandler(this);
    } finally {
      handlersRunning--;
    }
  }

  /** Fails if something arrived that no one asked for. */
  void verifyNothingUnexpected() {
    InterruptFrame frame = contexts.untaken();
    if (frame != null) {
      throw new AssertionError("unexpected " + frame + ", interrupted at " + frame.interrupted());
    }
    // an interrupt may come before the test looks at the start that it waits for
    if (!startEvents.isEmpty() && handlersRunning == 0) {
      throw new AssertionError("unexpected " + startEvents.getFirst());
    }
    vmx.verifyNothingUnexpected();
    if (shutDown) {
      throw new AssertionError("CPU " + index + " shut down (triple fault)");
    }
  }

  private void forgetContexts() {
    contexts.dropContexts();
    runs.forEach(BlockRun::drop);
    runs.clear();
    lapic.processorWasReset();
  }

  /** The instruction at a place in a block that runs. */
  Instruction instructionAt(Place place) {
    for (BlockRun run : runs) {
      if (run.block() == place.block() && place.index() < run.instructions().size()) {
        return run.instructions().get(place.index());
      }
    }
    throw new IllegalStateException(this + " has no instruction of a test at " + place);
  }

  /** The guest begins afresh: its contexts and blocks are gone. */
  void forgetGuest() {
    contexts.dropContexts();
    runs.forEach(BlockRun::drop);
    runs.clear();
  }

  /** Forgets everything: the machine is reset. */
  void forget() {
    vmx.forget();
    active = null;
    entering = null;
    forgetContexts();
    contexts.forget();
    startEvents.clear();
    waitingForSipi = index != 0;
    shutDown = false;
    lapic.machineWasReset();
  }

  /** As in {@code CPU 1}. */
  @Override
  public String toString() {
    return vcpu == null ? "CPU " + index : vcpu.toString();
  }
}
