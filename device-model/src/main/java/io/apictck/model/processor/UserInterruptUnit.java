package io.apictck.model.processor;

import io.apictck.arch.ControlFlow;
import io.apictck.arch.Cr4;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.Translation;
import io.apictck.model.processor.uintr.UserInterruptEntry;
import io.apictck.model.processor.uintr.UserInterruptReturn;
import io.apictck.model.processor.uintr.UserInterruptWorld;
import io.apictck.model.processor.uintr.UserInterrupts;
import io.apictck.model.processor.uintr.UserIpi;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import java.util.function.ToIntFunction;

/**
 * User interrupts in the flow of instructions: SENDUIPI, UIRET, CLUI, STUI and TESTUI, and what
 * happens at boundaries (Intel SDM Vol. 3A, "User Interrupts").
 *
 * <p>Decisions that the manual leaves open: a notification ends HLT as other interrupts do, but a
 * virtual one leaves a guest in HLT.
 */
final class UserInterruptUnit implements UserInterruptWorld {
  /** UIHANDLER of the handlers that tests write. */
  static final long HANDLER = 0x2000_3000L;

  private static final int CR4 = 4;
  private static final int USER = 3;

  private final Processor processor;
  private final UserInterrupts interrupts;
  private final ExtendedState extendedState;

  /** The user interrupt whose handler was entered last. */
  private Event.UserInterruptTaken taken;

  UserInterruptUnit(Processor processor) {
    this.processor = processor;
    interrupts = processor.newUserInterrupts(this);
    extendedState = new ExtendedState(this, interrupts);
  }

  /** Power-on state. */
  void reset() {
    interrupts.reset();
    extendedState.reset();
  }

  UserInterrupts interrupts() {
    return interrupts;
  }

  ExtendedState extendedState() {
    return extendedState;
  }

  // Instructions

  /** SENDUIPI. */
  int send(Context context, long index) {
    return send(
        context,
        index,
        ipi -> {
          command(ipi);
          return Fault.NONE;
        });
  }

  /** SENDUIPI; its notification is sent by {@code notification}, which gives a {@link Fault}. */
  int send(Context context, long index, ToIntFunction<UserIpi> notification) {
    try {
      UserIpi ipi = interrupts.send(index, cr4());
      return switch (ipi.kind()) {
        case UNDEFINED -> Fault.UD;
        case REFUSED -> Fault.GP;
        case POSTED -> Fault.NONE;
        case NOTIFYING -> notification.applyAsInt(ipi);
      };
    } catch (InaccessibleException e) {
      return processor.guest().fault(context, e.translation(), e.linear());
    }
  }

  /** The notification of SENDUIPI, by the physical local APIC. */
  void command(UserIpi ipi) {
    processor
        .world()
        .chipset()
        .commandIpi(
            processor.cpu(),
            ipi.vector(),
            interrupts.physicalDestination(
                ipi, processor.world().chipset().x2apic(processor.cpu())));
  }

  /** CLUI and STUI. */
  int setFlag(boolean flag) {
    if (!interrupts.enabledBy(cr4())) {
      return Fault.UD;
    }
    interrupts.setUif(flag);
    return Fault.NONE;
  }

  /** TESTUI. */
  int test(Context context) {
    if (!interrupts.enabledBy(cr4())) {
      return Fault.UD;
    }
    long flags = interrupts.uif() ? 1 : 0;
    processor.setRflags((processor.rflags() & ~Instruction.STATUS_FLAGS) | flags);
    context.give(flags);
    return Fault.NONE;
  }

  /** UIRET, and what comes before it. */
  int uiret(Context context) {
    if (!interrupts.enabledBy(cr4())) {
      return Fault.UD;
    }
    UserInterruptReturn to;
    try {
      to = interrupts.frame(context.stackPointer() + UserInterruptFrame.RIP);
      if (!interrupts.reaches(to)) {
        return Fault.GP;
      }
      if (!interrupts.follows(to)) {
        return Fault.controlProtection(ControlFlow.FAR_RETURN);
      }
    } catch (InaccessibleException e) {
      return processor.guest().fault(context, e.translation(), e.linear());
    }
    Processor.requireLast(context, "UIRET");
    if (context.kind() != Context.Kind.USER_HANDLER) {
      throw new IllegalStateException("UIRET outside of a handler of user interrupts");
    }
    if (processor.uiretClearsMonitor()) {
      processor.monitor().disarm();
    }
    processor.leaveUserHandler(context);
    GuestContexts places = processor.places();
    long rflags = interrupts.finish(processor.rflags(), to.rflags());
    if (to.rip() != places.rip()) {
      places.jump(to.rip(), rflags);
    }
    places.contexts().top().setStackPointer(to.rsp());
    processor.setRflags(rflags);
    processor.completeAtEnd();
    return Fault.NONE;
  }

  /** XSAVES. */
  int save(long area, long components) {
    int fault = extendedFault(area);
    return fault == Fault.NONE ? extendedState.save(area, components) : fault;
  }

  /** XRSTORS. */
  int restore(long area, long components) {
    int fault = extendedFault(area);
    return fault == Fault.NONE ? extendedState.restore(area, components) : fault;
  }

  private int extendedFault(long area) {
    if ((cr4() & Cr4.OSXSAVE) == 0) {
      return Fault.UD;
    }
    return processor.cpl() == 0 && Addresses.canonical(area) ? Fault.NONE : Fault.GP;
  }

  // Boundaries

  /** Whether an external interrupt, physical or not, is a notification. */
  boolean identifies(int vector, boolean longMode) {
    return interrupts.identifies(vector, cr4(), longMode);
  }

  /** Processes the notification that the local APIC has delivered. */
  void notified() {
    endNotification();
    interrupts.process();
    if (processor.activity() != Activity.WAITING || processor.userInterruptsEndWaits()) {
      processor.wake();
    }
  }

  /** The EOI of a notification that the local APIC has delivered. */
  void endNotification() {
    if (interrupts.endsService()) {
      processor.world().chipset().eoi(processor.cpu());
    }
  }

  /** Whether a user interrupt is to be delivered now. */
  boolean recognized() {
    return (processor.activity() != Activity.WAITING || processor.userInterruptsEndWaits())
        && interrupts.recognized(cr4(), processor.cpl(), processor.movSsShadow());
  }

  /**
   * Enters the handler.
   *
   * @throws InaccessibleException if the stack cannot be written
   * @throws GeneralProtectionException if there can be no handler
   */
  void deliver() {
    GuestContexts places = processor.places();
    Place place = places.place();
    long rflags = processor.rflags();
    UserInterruptEntry entry = interrupts.deliver(places.rip(), places.rsp(), rflags);
    if (!isHandler(entry.rip())) {
      throw new IllegalStateException(
          "UIHANDLER is %xh, where no handler of a test is".formatted(entry.rip()));
    }
    if (processor.enterUserHandler(entry)) {
      taken =
          new Event.UserInterruptTaken(processor.cpu(), entry.vector(), place, rflags, entry.rsp());
      if (interrupts.tracksDelivery()) {
        processor.controlFlow().branch(cr4());
      }
      if (!begin(entry.rip())) {
        places.contexts().top().goElsewhere(entry.rip());
      }
    }
  }

  /** Whether a handler of a test can be entered there. */
  boolean isHandler(long rip) {
    return rip == HANDLER || rip == HANDLER + ControlFlow.END_BRANCH_LENGTH;
  }

  /** Executes the first instruction of a handler; false if another one is due. */
  boolean begin(long rip) {
    UserControlFlow controlFlow = processor.controlFlow();
    if (controlFlow.isBranchOpen() && rip != HANDLER) {
      return false;
    }
    controlFlow.endBranch();
    processor.world().show(taken);
    return true;
  }

  private long cr4() {
    return processor.controlRegisters().get(CR4);
  }

  // The world of its state

  @Override
  public long read(long address, int width) {
    return load(locate(address, MemoryAccess.Kind.READ, false), width);
  }

  @Override
  public long readForWrite(long address, int width) {
    return load(locate(address, MemoryAccess.Kind.WRITE, false), width);
  }

  @Override
  public void write(long address, int width, long value) {
    store(locate(address, MemoryAccess.Kind.WRITE, false), width, value);
  }

  @Override
  public long pop(long address) {
    return load(locate(address, MemoryAccess.Kind.READ, processor.cpl() == USER), Long.BYTES);
  }

  @Override
  public void push(long address, long value) {
    store(locate(address, MemoryAccess.Kind.WRITE, true), Long.BYTES, value);
  }

  @Override
  public void pushShadow(long rip) {
    UserControlFlow controlFlow = processor.controlFlow();
    if (controlFlow.hasShadowStack(cr4())) {
      long top = controlFlow.ssp() - Long.BYTES;
      store(locate(top, MemoryAccess.Kind.SHADOW_STACK, true), Long.BYTES, rip);
      controlFlow.setSsp(top);
    }
  }

  @Override
  public boolean popShadow(long rip) {
    UserControlFlow controlFlow = processor.controlFlow();
    if (!controlFlow.hasShadowStack(cr4())) {
      return true;
    }
    long top = controlFlow.ssp();
    if (load(locate(top, MemoryAccess.Kind.SHADOW_STACK, true), Long.BYTES) != rip) {
      return false;
    }
    controlFlow.setSsp(top + Long.BYTES);
    return true;
  }

  private long load(long physical, int width) {
    return processor.world().bus().read(processor.cpu(), physical, width);
  }

  private void store(long physical, int width, long value) {
    processor.world().bus().write(processor.cpu(), physical, width, value);
    processor.world().stored(physical, width);
  }

  private long locate(long linear, MemoryAccess.Kind kind, boolean user) {
    NonRoot guest = processor.guest();
    if (guest == null || !guest.space().translates()) {
      return linear;
    }
    Translation translation = guest.space().translate(linear, new MemoryAccess(kind, user, false));
    if (translation instanceof Translation.Mapped(long physical)) {
      return physical;
    }
    throw new InaccessibleException(translation, linear);
  }

  @Override
  public int linearAddressBits() {
    return processor.controlRegisters().linearAddressBits();
  }

  @Override
  public int maxLinearAddressBits() {
    return processor.world().configuration().linearAddressBits();
  }

  @Override
  public void requested(boolean any) {
    if (any) {
      processor.raise(Signal.USER_INTERRUPT);
      processor.world().attend(processor.cpu());
    } else {
      processor.drop(Signal.USER_INTERRUPT);
    }
  }
}
