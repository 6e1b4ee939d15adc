package io.apictck.model.processor;

import io.apictck.arch.Cr4;
import io.apictck.arch.uintr.UserInterruptFrame;
import io.apictck.model.processor.uintr.UserInterruptEntry;
import io.apictck.model.processor.uintr.UserInterruptReturn;
import io.apictck.model.processor.uintr.UserInterruptWorld;
import io.apictck.model.processor.uintr.UserInterrupts;
import io.apictck.model.processor.uintr.UserIpi;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;

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

  private final Processor processor;
  private final UserInterrupts interrupts;
  private final ExtendedState extendedState;

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

  /** SENDUIPI outside of guests. */
  int send(long index) {
    UserIpi ipi = post(index);
    return switch (ipi.kind()) {
      case UNDEFINED -> Fault.UD;
      case REFUSED -> Fault.GP;
      case POSTED -> Fault.NONE;
      case NOTIFYING -> {
        command(ipi);
        yield Fault.NONE;
      }
    };
  }

  /** SENDUIPI but for its notification. */
  UserIpi post(long index) {
    return interrupts.send(index, cr4());
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
    UserInterruptReturn to = interrupts.frame(context.stackPointer() + UserInterruptFrame.RIP);
    if (!interrupts.reaches(to)) {
      return Fault.GP;
    }
    Processor.requireLast(context, "UIRET");
    if (context.kind() != Context.Kind.USER_HANDLER) {
      throw new IllegalStateException("UIRET outside of a handler of user interrupts");
    }
    processor.monitor().disarm();
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
    processor.wake();
  }

  /** The EOI of a notification that the local APIC has delivered. */
  void endNotification() {
    if (interrupts.endsService()) {
      processor.world().chipset().eoi(processor.cpu());
    }
  }

  /** Whether a user interrupt is to be delivered now. */
  boolean recognized() {
    return interrupts.recognized(cr4(), processor.cpl(), processor.movSsShadow());
  }

  /** Enters the handler. */
  void deliver() {
    GuestContexts places = processor.places();
    Place place = places.place();
    long rflags = processor.rflags();
    UserInterruptEntry entry = interrupts.deliver(places.rip(), places.rsp(), rflags);
    if (entry.rip() != HANDLER) {
      throw new IllegalStateException(
          "UIHANDLER is %xh, where no handler of a test is".formatted(entry.rip()));
    }
    if (processor.enterUserHandler(entry)) {
      processor
          .world()
          .show(
              new Event.UserInterruptTaken(
                  processor.cpu(), entry.vector(), place, rflags, entry.rsp()));
    }
  }

  private long cr4() {
    return processor.controlRegisters().get(CR4);
  }

  // The world of its state

  @Override
  public long read(long address, int width) {
    return processor.world().bus().read(processor.cpu(), address, width);
  }

  @Override
  public void write(long address, int width, long value) {
    processor.world().bus().write(processor.cpu(), address, width, value);
    processor.world().stored(address, width);
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
