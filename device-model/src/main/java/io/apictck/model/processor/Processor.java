package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.paging.EptWalk;
import io.apictck.model.processor.paging.PageWalk;
import io.apictck.model.processor.uintr.UserInterruptEntry;
import io.apictck.model.processor.uintr.UserInterruptWorld;
import io.apictck.model.processor.uintr.UserInterrupts;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.CapabilityMsrs;
import io.apictck.model.processor.vmx.EntryChecks;
import io.apictck.model.processor.vmx.VmxWorld;
import io.apictck.platform.Action;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;

/**
 * One logical processor: its contexts, and what it recognizes at instruction boundaries (Intel SDM
 * Vol. 3A, "Interrupt and Exception Handling", "Priority Among Concurrent Events" and
 * "Multiple-Processor Management"; Vol. 3C, "System Management Mode").
 *
 * <p>Supported: maskable interrupts, NMI with blocking and one latched request, SMI with one
 * latched request, INIT, start-up IPIs, single-step traps, the shadows of STI and MOV SS, HLT,
 * MWAIT, user mode, interrupt and trap gates. User interrupts are in {@link UserInterruptUnit}, VMX
 * operation is in {@link Vmx}, guests are in {@link NonRoot}.
 *
 * <p>Not supported: paging outside of guests, segments, task gates, machine checks, debug
 * registers, and faults while an event is delivered, with one exception: a delivery for which the
 * stack of contexts has no room shuts the processor down. Shut down, only INIT and RESET are
 * recognized.
 *
 * <p>Decisions that the manual leaves open:
 *
 * <ul>
 *   <li>NMI and SMI are held in the shadow of MOV SS, NMI in that of STI as well: STI; HLT then
 *       cannot lose a wake-up to an NMI. An SMI in the shadow of STI keeps the shadow over RSM.
 *   <li>STI makes a shadow only when IF was 0; MOV SS in a shadow makes none.
 *   <li>NMI, SMI and INIT that arrive in the wait-for-SIPI state are dropped.
 *   <li>RSM goes back into HLT, as the auto-HALT restart flag has it, but behind MWAIT.
 *   <li>NMI blocking outlives SMM. Deliberate deviation: in SMM, NMI stays blocked until RSM, also
 *       after an IRET.
 *   <li>The single-step trap of an instruction that was interrupted by SMI comes after RSM.
 * </ul>
 *
 * <p>The protected methods, here and in {@link ProcessorDecisions}, are the decisions; a faulty
 * processor overrides one.
 */
public class Processor extends ProcessorDecisions {
  /** CR0 after INIT and RESET: CD, NW and ET. */
  private static final long CR0_AFTER_INIT = 0x6000_0010;

  /** Segment and offset of the reset vector. */
  private static final int RESET_CS = 0xF000;

  private static final int RESET_IP = 0xFFF0;

  private static final int NO_VECTOR = -1;
  private static final int SIGNALS_DROPPED_IN_WAIT =
      Signal.SMI.bit() | Signal.INIT.bit() | Signal.TRAP.bit() | Signal.NMI.bit();

  private final ProcessorWorld world;
  private final int cpu;
  private final MsrFile msrs;
  private final Monitor monitor;
  private final TimedWait timedWait;
  private final Transaction transaction;
  private final UserControlFlow controlFlow;
  private final ControlRegisters controlRegisters = new ControlRegisters();
  private final GuestContexts hostPlaces = new GuestContexts();

  /** Those of the host, or of the guest. */
  private ContextStack contexts = hostPlaces.contexts();

  private Signal[] priority = {};

  private Activity activity = Activity.WAIT_FOR_SIPI;
  private long rflags = Rflags.FIXED;
  private int cpl;

  private boolean stiShadow;
  private boolean movSsShadow;

  /** Whether the instruction that is executed at the moment stands in a shadow of STI. */
  private boolean inStiShadow;

  /** Whether the instruction that is executed at the moment stands in a shadow of MOV SS. */
  private boolean inMovSsShadow;

  /** Whether the instruction that is executed at the moment ends in a single-step trap. */
  private boolean singleStep;

  /** Nanoseconds that the instruction that is executed at the moment takes. */
  private long duration;

  /** Bits of {@link Signal}; INTERRUPT means that the chipset is to be asked. */
  private int pending;

  private int startUpVector = NO_VECTOR;
  private boolean nmiBlocked;
  private boolean inSmm;
  private boolean interruptsBreakMwait;

  /** VMX operation; null before it is first asked for. */
  private Vmx vmx;

  /** User interrupts; null before they are first asked for. */
  private UserInterruptUnit userInterrupts;

  /** The guest that runs; null in VMX root operation and outside of VMX operation. */
  private NonRoot guest;

  /** A processor of a machine; {@code cpu} 0 is the bootstrap processor. */
  public Processor(ProcessorWorld world, int cpu) {
    this.world = world;
    this.cpu = cpu;
    this.controlFlow = new UserControlFlow(world.configuration());
    this.msrs = new MsrFile(world, cpu, controlFlow);
    this.monitor = new Monitor(world);
    this.timedWait = new TimedWait(world);
    this.transaction = new Transaction(world, cpu);
  }

  // Decisions

  /** Whether a pending signal is recognized at this boundary. */
  protected boolean recognizes(Signal signal) {
    return switch (signal) {
      case SMI -> !inSmm && !movSsShadow;
      case INIT -> !inSmm && (vmx == null || !vmx.blocksInit());
      case TRAP -> !movSsShadow;
      case NMI -> !nmiBlocked && !inSmm && !stiShadow && !movSsShadow;
      case INTERRUPT -> interruptFlag() && !stiShadow && !movSsShadow;
      case USER_INTERRUPT -> userInterrupts().recognized();
    };
  }

  /** Whether an instruction aborts a transaction; most may, if a processor likes. */
  protected boolean abortsTransaction(Instruction instruction) {
    return Transaction.aborts(instruction);
  }

  /** Whether INIT leaves the processor waiting for a start-up IPI. */
  protected boolean waitsForStartUp() {
    return cpu != 0;
  }

  /** Whether entering the handler of a vector clears IF. */
  protected boolean clearsInterruptFlag(int vector) {
    return !world.trapGate(vector);
  }

  /** What the processor says of its VMX. */
  protected CapabilityMsrs capabilityMsrs() {
    return new CapabilityMsrs(world.configuration());
  }

  /** What it decides in VMX operation. */
  protected VmxDecisions vmxDecisions() {
    return new VmxDecisions();
  }

  /** What VM entry checks. */
  protected EntryChecks entryChecks(CapabilityMsrs capabilities, VmxWorld machine) {
    return new EntryChecks(capabilities, machine);
  }

  /** How it walks the paging structures of guests. */
  protected PageWalk pageWalk(VmxWorld machine) {
    return new PageWalk(machine);
  }

  /** How it walks EPT. */
  protected EptWalk eptWalk(VmxWorld machine) {
    return new EptWalk(machine);
  }

  /** Its APIC virtualization. */
  protected ApicVirtualization apicVirtualization(VmxWorld machine) {
    return new ApicVirtualization(machine);
  }

  /** Its user interrupts. */
  protected UserInterrupts newUserInterrupts(UserInterruptWorld machine) {
    return new UserInterrupts(machine);
  }

  /** Whether IF is 1. */
  protected final boolean interruptFlag() {
    return (rflags & Rflags.IF) != 0;
  }

  // For the scheduler

  /** Power-on state: the bootstrap processor runs, the others wait for a start-up IPI. */
  final void reset() {
    priority = priority().toArray(new Signal[0]);
    toInitialState();
    if (userInterrupts != null) {
      userInterrupts.reset();
    }
    pending = 0;
    startUpVector = NO_VECTOR;
    controlFlow.reset();
    msrs.reset(() -> vmx().capabilities(), () -> userInterrupts().extendedState());
    activity = cpu == 0 ? Activity.ACTIVE : Activity.WAIT_FOR_SIPI;
  }

  final void raise(Signal signal) {
    pending |= signal.bit();
  }

  final void startUp(int vector) {
    startUpVector = vector & 0xFF;
  }

  /** Begins a block in the current context; without one (wait-for-SIPI, shut down) it is lost. */
  final void start(Action.Execute execute) {
    if (execute.instructions().isEmpty()) {
      throw new IllegalArgumentException("block " + execute.block() + " has no instructions");
    }
    if (activity == Activity.WAIT_FOR_SIPI || activity == Activity.SHUT_DOWN) {
      return;
    }
    if (contexts.top().busy()) {
      throw new IllegalStateException(
          "processor "
              + cpu
              + " cannot begin block "
              + execute.block()
              + " before block "
              + contexts.top().block()
              + " is over: "
              + activity);
    }
    contexts.top().start(execute);
    if (inGuest()) {
      guest.started(contexts.top(), execute.instructions().size());
    } else if (guest == null) {
      hostPlaces.locate(contexts.top(), execute.instructions().size());
    }
  }

  /** Whether a block can go on. */
  final boolean canStep() {
    return activity == Activity.ACTIVE && contexts.top().busy();
  }

  /** Executes one instruction of the running block, or a run of iterations of a repeated one. */
  final void step() {
    Context context = contexts.top();
    inStiShadow = stiShadow;
    inMovSsShadow = movSsShadow;
    stiShadow = false;
    movSsShadow = false;
    singleStep = (rflags & Rflags.TF) != 0;
    duration = ModelConfiguration.NANOS_PER_INSTRUCTION;
    int fault = execute(context, context.fetch());
    if (fault == Fault.SWITCHED) {
      singleStep = false;
    } else if (fault != Fault.NONE) {
      singleStep = false;
      world.show(
          new Event.Faulted(
              cpu,
              context.block(),
              context.current(),
              Fault.vector(fault),
              Fault.errorCode(fault)));
      context.drop();
    } else if (context == contexts.top()) {
      completeAtEnd();
    }
    if (singleStep) {
      pending |= Signal.TRAP.bit();
    }
    world.advance(duration);
    if (pending != 0 || guest != null || fault == Fault.SWITCHED || needsNop()) {
      world.attend(cpu);
    }
  }

  private int execute(Context context, Instruction instruction) {
    if (inGuest()) {
      return guest.execute(context, instruction);
    }
    if (transaction.active() && abortsTransaction(instruction)) {
      abortTransaction();
      return Fault.NONE;
    }
    int fault = Interpreter.execute(this, context, instruction);
    // UIRET, if it went on, has left the context of the transaction
    if (transaction.active() && (fault != Fault.NONE || contexts.top().atEnd())) {
      abortTransaction();
      return Fault.NONE;
    }
    return fault;
  }

  private void abortTransaction() {
    if (transaction.active()) {
      singleStep = false;
      rflags = transaction.abort();
    }
  }

  /** Takes all that is recognizable, and runs NOPs as long as they change anything. */
  final void settle() {
    while (settleOnce()) {
      // each round delivers, starts, wakes, or executes a NOP
    }
    if (canStep()) {
      world.runnable(cpu);
    }
  }

  /** Memory was written. */
  final void stored(long address, long length) {
    if (monitor.covers(address, length)) {
      monitor.disarm();
      if (activity == Activity.WAITING) {
        wake();
        world.attend(cpu);
      }
    }
  }

  final MsrFile msrs() {
    return msrs;
  }

  /** Time has passed; a wait may be over. */
  final void timePassed(long nanos) {
    if (timedWait.isOver(nanos)) {
      world.attend(cpu);
    }
  }

  /** When a wait is over at the latest; {@link Long#MAX_VALUE} if it has no end. */
  final long waitsUntil() {
    return timedWait.end();
  }

  // For the interpreter

  final UserControlFlow controlFlow() {
    return controlFlow;
  }

  final Transaction transaction() {
    return transaction;
  }

  final ProcessorWorld world() {
    return world;
  }

  final int cpu() {
    return cpu;
  }

  final int cpl() {
    return cpl;
  }

  final void setCpl(int level) {
    cpl = level;
  }

  final long rflags() {
    return rflags;
  }

  final void setRflags(long value) {
    rflags = value;
  }

  final Monitor monitor() {
    return monitor;
  }

  /** How many iterations of a repeated instruction can be made before anything else can happen. */
  final long undisturbed() {
    boolean one = inStiShadow || inMovSsShadow || singleStep || (rflags & Flags.DF) != 0;
    return one || (guest != null && guest.stopsEachIteration()) ? 1 : world.calm();
  }

  final void takes(long nanos) {
    duration = nanos;
  }

  final void sti() {
    stiShadow = stiMakesShadow(interruptFlag());
    rflags |= Rflags.IF;
  }

  final void movSs() {
    if (movSsMakesShadow(inStiShadow || inMovSsShadow)) {
      movSsShadow = true;
      singleStep = false;
    }
  }

  final void lss() {
    if (lssMakesShadow()) {
      movSsShadow = true;
      singleStep = false;
    }
  }

  final void halt() {
    activity = Activity.HALTED;
  }

  final void mwait(boolean breakOnInterrupt) {
    if (monitor.armed()) {
      interruptsBreakMwait = breakOnInterrupt;
      activity = Activity.WAITING;
    }
  }

  /**
   * UMWAIT and TPAUSE.
   *
   * @param end when it ends, in nanoseconds
   * @param limited whether the operating system has it end then
   */
  final void waitUntil(long end, boolean limited) {
    interruptsBreakMwait = false;
    timedWait.begin(end, limited);
    activity = Activity.WAITING;
  }

  /** INT n. */
  final void softwareInterrupt(int vector) {
    // TF is cleared on the way into the handler: no trap
    singleStep = false;
    interrupt(vector, Event.Kind.SOFTWARE);
  }

  /** INT3, and #DB and #GP at a boundary; an error code is 0. */
  final void trap(int vector) {
    exception(vector, 0);
  }

  private void exception(int vector, int errorCode) {
    singleStep = false;
    abortTransaction();
    Place place = contexts.top().place();
    long saved = rflags;
    if (enterHandler(vector)) {
      world.show(new Event.ExceptionTaken(cpu, vector, errorCode, place, saved));
    }
  }

  /** IRET; {@code selector} is 0 if its frame is good. */
  final int iret(Context context, int selector) {
    int fault = iretFault(context, selector);
    if (iretUnblocksNmi(fault != Fault.NONE)) {
      if (inGuest()) {
        guest.unblockNmi();
      } else {
        nmiBlocked = false;
      }
    }
    if (fault != Fault.NONE) {
      return fault;
    }
    requireLast(context, "IRET");
    complete(context);
    SavedState saved = contexts.pop();
    rflags = cpl == 0 ? saved.rflags() : Flags.load(rflags, saved.rflags(), cpl);
    cpl = saved.cpl();
    completeAtEnd();
    return Fault.NONE;
  }

  private int iretFault(Context context, int selector) {
    if (selector != 0) {
      return Fault.gp(selector);
    }
    boolean returns =
        context.kind() == Context.Kind.HANDLER
            && (rflags & Flags.NT) == 0
            && cpl <= context.saved().cpl();
    return returns ? Fault.NONE : Fault.GP;
  }

  /** RSM; leaves handlers that were entered in system-management mode as well. */
  final int rsm(Context context) {
    if (!inSmm) {
      return Fault.UD;
    }
    requireLast(context, "RSM");
    complete(context);
    while (contexts.top().kind() != Context.Kind.SMM) {
      contexts.pop();
    }
    SavedState saved = contexts.pop();
    inSmm = false;
    rflags = saved.rflags();
    cpl = saved.cpl();
    stiShadow = saved.stiShadow();
    movSsShadow = saved.movSsShadow();
    singleStep = saved.trap();
    if (saved.halted() && rsmRestartsHalt()) {
      activity = Activity.HALTED;
    } else {
      completeAtEnd();
    }
    return Fault.NONE;
  }

  // For user interrupts

  /** User interrupts. */
  final UserInterruptUnit userInterrupts() {
    if (userInterrupts == null) {
      userInterrupts = new UserInterruptUnit(this);
    }
    return userInterrupts;
  }

  /** Where the current contexts are. */
  final GuestContexts places() {
    return inGuest() ? guest.contexts() : hostPlaces;
  }

  /** Enters the handler of a user interrupt; false if there is no room for it. */
  final boolean enterUserHandler(UserInterruptEntry entry) {
    if (!enter(Context.Kind.USER_HANDLER, SavedState.NONE)) {
      return false;
    }
    contexts.top().setStackPointer(entry.rsp());
    rflags = entry.rflags();
    return true;
  }

  /** UIRET has ended a handler. */
  final void leaveUserHandler(Context context) {
    complete(context);
    contexts.pop();
  }

  /** Whether an external interrupt is the notification of user interrupts. */
  final boolean notifiesUser(int vector, boolean longMode) {
    return controlRegisters.userInterruptsEnabled()
        && userInterrupts().identifies(vector, longMode);
  }

  // For VMX

  /** VMX operation. */
  final Vmx vmx() {
    if (vmx == null) {
      vmx = new Vmx(this);
    }
    return vmx;
  }

  /** Whether a guest runs, not system management in its stead. */
  private boolean inGuest() {
    return guest != null && !inSmm;
  }

  /** The guest that runs; null if none does, or system management in its stead. */
  final NonRoot guest() {
    return inGuest() ? guest : null;
  }

  final void enterGuest(NonRoot entered, ContextStack its) {
    guest = entered;
    contexts = its;
  }

  final void leaveGuest() {
    guest = null;
    contexts = hostPlaces.contexts();
  }

  final ContextStack contexts() {
    return contexts;
  }

  final ControlRegisters controlRegisters() {
    return controlRegisters;
  }

  final Activity activity() {
    return activity;
  }

  final void setActivity(Activity state) {
    activity = state;
  }

  final boolean stiShadow() {
    return stiShadow;
  }

  final boolean movSsShadow() {
    return movSsShadow;
  }

  final void setShadows(boolean sti, boolean movSs) {
    stiShadow = sti;
    movSsShadow = movSs;
  }

  /** The instruction that is executed at the moment has not been: its shadow is there again. */
  final void restoreShadows() {
    setShadows(inStiShadow, inMovSsShadow);
  }

  /** Whether the instruction that is executed at the moment stands in a shadow of MOV SS. */
  final boolean inMovSsShadow() {
    return inMovSsShadow;
  }

  final boolean nmiBlocked() {
    return nmiBlocked;
  }

  final void setNmiBlocked(boolean blocked) {
    nmiBlocked = blocked;
  }

  final boolean isPending(Signal signal) {
    return (pending & signal.bit()) != 0;
  }

  final boolean hasPending() {
    return pending != 0;
  }

  final void drop(Signal signal) {
    pending &= ~signal.bit();
  }

  final void cancelSingleStep() {
    singleStep = false;
  }

  /** Vector of the start-up IPI that has come; negative if none has. */
  final int takeStartUp() {
    int vector = startUpVector;
    startUpVector = NO_VECTOR;
    return vector;
  }

  // Boundaries

  private boolean settleOnce() {
    return inGuest() ? guest.settleOnce() : settleOutsideOfGuests();
  }

  private boolean settleOutsideOfGuests() {
    if (activity == Activity.WAIT_FOR_SIPI) {
      pending &= ~SIGNALS_DROPPED_IN_WAIT;
    } else if (deliver()) {
      return true;
    }
    int vector = takeStartUp();
    if (vector != NO_VECTOR && acceptsStartUp(activity == Activity.WAIT_FOR_SIPI)) {
      toInitialState();
      begin(vector, vector << 8, 0);
      return true;
    }
    if (masksWaitEnd()) {
      wake();
      return true;
    }
    if (timedWait.isOver(world.nanos())) {
      endTimedWait();
      return true;
    }
    if (needsNop()) {
      nop();
      return true;
    }
    return false;
  }

  private boolean deliver() {
    if (pending == 0) {
      return false;
    }
    for (Signal signal : priority) {
      if ((pending & signal.bit()) != 0
          && (activity != Activity.SHUT_DOWN || signal == Signal.INIT)
          && recognizes(signal)
          && (signal != Signal.INTERRUPT || interruptRequested())) {
        take(signal);
        return true;
      }
    }
    return false;
  }

  private void take(Signal signal) {
    if (signal != Signal.INTERRUPT && signal != Signal.USER_INTERRUPT) {
      pending &= ~signal.bit();
    }
    switch (signal) {
      case SMI -> enterSystemManagement();
      case INIT -> init();
      case TRAP -> trap(Exceptions.DB);
      case NMI -> interrupt(Exceptions.NMI, Event.Kind.NMI);
      // there may be another one behind: the bits of these stay
      case INTERRUPT -> externalInterrupt(world.chipset().acknowledge(cpu) & 0xFF);
      case USER_INTERRUPT -> userInterrupt();
    }
  }

  private void userInterrupt() {
    abortForUser();
    try {
      userInterrupts().deliver();
    } catch (GeneralProtectionException _) {
      trap(Exceptions.GP);
    }
  }

  private void externalInterrupt(int vector) {
    if (notifiesUser(vector, true)) {
      abortForUser();
      userInterrupts().notified();
    } else {
      interrupt(vector, Event.Kind.EXTERNAL);
    }
  }

  private void abortForUser() {
    if (userInterruptsAbortTransactions()) {
      abortTransaction();
    }
  }

  final boolean interruptRequested() {
    if (world.chipset().interruptRequested(cpu)) {
      return true;
    }
    pending &= ~Signal.INTERRUPT.bit();
    return false;
  }

  private void interrupt(int vector, Event.Kind kind) {
    abortTransaction();
    Place place = contexts.top().place();
    long saved = rflagsOfFrame();
    if (enterHandler(vector)) {
      nmiBlocked |= blocksNmi(vector, kind);
      world.show(new Event.InterruptTaken(cpu, vector, kind, place, saved));
    }
  }

  /** RFLAGS as an interrupt saves them; RF has no effect here and lasts for one instruction. */
  final long rflagsOfFrame() {
    return contexts.top().betweenIterations() && iterationsSetResumeFlag()
        ? rflags | Rflags.RF
        : rflags;
  }

  /** Enters a handler; false if there is no room for it. */
  final boolean enterHandler(int vector) {
    if (!enter(Context.Kind.HANDLER, SavedState.frame(rflags, cpl))) {
      return false;
    }
    rflags &= ~(Rflags.TF | Flags.NT);
    if (clearsInterruptFlag(vector)) {
      rflags &= ~Rflags.IF;
    }
    cpl = 0;
    return true;
  }

  final void enterSystemManagement() {
    abortTransaction();
    Place place = contexts.top().place();
    SavedState saved =
        new SavedState(
            rflags,
            cpl,
            activity == Activity.HALTED,
            (pending & Signal.TRAP.bit()) != 0,
            stiShadow,
            movSsShadow);
    if (enter(Context.Kind.SMM, saved)) {
      pending &= ~Signal.TRAP.bit();
      inSmm = true;
      rflags = Rflags.FIXED;
      cpl = 0;
      world.show(new Event.InterruptTaken(cpu, 0, Event.Kind.SMI, place, saved.rflags()));
    }
  }

  private boolean enter(Context.Kind kind, SavedState saved) {
    if (!contexts.push(kind, saved)) {
      activity = Activity.SHUT_DOWN;
      world.show(new Event.ShutDown(cpu));
      return false;
    }
    endWait();
    stiShadow = false;
    movSsShadow = false;
    return true;
  }

  private void init() {
    toInitialState();
    world.chipset().init(cpu);
    world.show(new Event.ProcessorReset(cpu));
    if (waitsForStartUp()) {
      activity = Activity.WAIT_FOR_SIPI;
    } else {
      begin(NO_VECTOR, RESET_CS, RESET_IP);
    }
  }

  private void begin(int vector, int cs, int ip) {
    activity = Activity.ACTIVE;
    world.show(
        new Event.ProcessorStarted(
            cpu, vector, new Event.StartState(cs, ip, CR0_AFTER_INIT, Rflags.FIXED)));
  }

  /** What INIT and RESET have in common. */
  private void toInitialState() {
    leaveGuest();
    if (vmx != null) {
      vmx.reset();
    }
    controlRegisters.reset();
    hostPlaces.reset(cpu);
    monitor.disarm();
    timedWait.cancel();
    transaction.forget();
    rflags = Rflags.FIXED;
    cpl = 0;
    stiShadow = false;
    movSsShadow = false;
    pending &= Signal.INTERRUPT.bit() | Signal.USER_INTERRUPT.bit();
    nmiBlocked = false;
    inSmm = false;
  }

  // Waiting and completing

  final boolean masksWaitEnd() {
    return activity == Activity.WAITING
        && interruptsBreakMwait
        && maskedInterruptEndsMwait()
        && (pending & Signal.INTERRUPT.bit()) != 0
        && interruptRequested();
  }

  /** Ends waiting without a handler: the block goes on. */
  final void wake() {
    endWait();
    completeAtEnd();
  }

  private void endTimedWait() {
    if (timedWait.isLimited()) {
      rflags |= Flags.CF;
      contexts.top().giveInstead(Flags.CF);
    }
    wake();
  }

  final void endWait() {
    if (activity == Activity.WAITING) {
      monitor.disarm();
      timedWait.cancel();
    }
    activity = Activity.ACTIVE;
  }

  private boolean needsNop() {
    return activity == Activity.ACTIVE && nopChangesAnything() && !contexts.top().busy();
  }

  final boolean nopChangesAnything() {
    return stiShadow || movSsShadow || (rflags & Rflags.TF) != 0;
  }

  /** One of the NOPs between blocks. */
  final void nop() {
    stiShadow = false;
    movSsShadow = false;
    if ((rflags & Rflags.TF) != 0) {
      pending |= Signal.TRAP.bit();
    }
  }

  /** The block of the running context is over if only its end remains and nothing waits. */
  final void completeAtEnd() {
    Context context = contexts.top();
    if (activity == Activity.ACTIVE && context.busy() && context.atEnd()) {
      complete(context);
    }
  }

  private void complete(Context context) {
    world.show(new Event.Completed(cpu, context.block(), context.values()));
    context.drop();
  }

  static void requireLast(Context context, String instruction) {
    if (!context.atEnd()) {
      throw new IllegalArgumentException(
          instruction + " must be the last instruction of block " + context.block());
    }
  }
}
