package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.Translation;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ErrorCodes;
import io.apictck.platform.Event;
import io.apictck.platform.Place;

/**
 * Delivery of events through the IDT of a guest (Intel SDM Vol. 3A, "Interrupt and Exception
 * Handling"; Vol. 3C, "Event Injection", "Information for VM Exits During Event Delivery").
 *
 * <p>Supported: gates beyond the limit of the IDT, double and triple faults, a stack in the
 * APIC-access page or one that is not mapped, by the first quadword of the frame.
 */
final class GuestDelivery {
  private static final int GATE_SIZE = 16;
  private static final int IDT = 2;
  private static final int EXTERNAL = 1;
  private static final long STACK_ALIGNMENT = 15;
  private static final int STACK_SLOT = 8;

  private final NonRoot guest;
  private final Processor processor;

  GuestDelivery(NonRoot guest) {
    this.guest = guest;
    this.processor = guest.processor();
  }

  /** Whether the gate of a vector lies within the IDT. */
  boolean hasGate(int vector) {
    return vector * GATE_SIZE + GATE_SIZE - 1 <= guest.vmcs().get(VmcsField.GUEST_IDTR_LIMIT);
  }

  /** The #GP of an event whose gate does not. */
  static GuestEvent protectionFault(GuestEvent event) {
    boolean software =
        event.type() == InterruptionType.SOFTWARE_INTERRUPT
            || event.type() == InterruptionType.SOFTWARE_EXCEPTION;
    return GuestEvent.exception(
        Exceptions.GP, event.vector() << 3 | IDT | (software ? 0 : EXTERNAL));
  }

  /**
   * Delivers an event; RIP is at the instruction of a software event. False if there was a VM exit.
   */
  boolean deliver(GuestEvent event) {
    processor.endWait();
    processor.setShadows(false, false);
    if (event.type() == InterruptionType.NMI) {
      guest.blockNmi();
    }
    if (!hasGate(event.vector())) {
      return fault(event, protectionFault(event));
    }
    long slot = (guest.contexts().rsp() & ~STACK_ALIGNMENT) - STACK_SLOT;
    if (!guest.space().translates()) {
      return push(event, slot);
    }
    return switch (guest.space().translate(slot, MemoryAccess.FRAME)) {
      case Translation.Mapped(long address) -> push(event, address);
      case Translation.PageFault(int errorCode) -> {
        guest.pageFault(slot, errorCode);
        yield fault(event, GuestEvent.exception(Exceptions.PF, errorCode));
      }
      case Translation failed -> exit(guest.exitFor(failed, slot, true).during(event));
    };
  }

  /** Goes on with the address of the first quadword of the frame. */
  private boolean push(GuestEvent event, long address) {
    if (guest.vmcs().has(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      ApicOutcome push = guest.apic().eventDelivery(address);
      if (push.kind() == ApicOutcome.Kind.EXIT) {
        return exit(VmExit.of(ExitReason.APIC_ACCESS, push.qualification()).during(event));
      }
    }
    if (!processor.contexts().hasRoom()) {
      return exit(VmExit.of(ExitReason.TRIPLE_FAULT));
    }
    enter(event);
    guest.delivered();
    return true;
  }

  /** The delivery of an event has a fault; false if there was a VM exit. */
  boolean fault(GuestEvent event, GuestEvent second) {
    if (event.isException() && event.vector() == Exceptions.DF) {
      return exit(VmExit.of(ExitReason.TRIPLE_FAULT));
    }
    boolean doubleFault = isDouble(event, second);
    GuestEvent next = doubleFault ? GuestEvent.exception(Exceptions.DF, 0) : second;
    if (!guest.exceptionExits(next)) {
      guest.delivers(next);
      return deliver(next);
    }
    VmExit exit = guest.exitFor(next);
    return exit(doubleFault ? exit : exit.during(event));
  }

  private static boolean isDouble(GuestEvent event, GuestEvent second) {
    boolean contributory = ErrorCodes.contributory(second.vector());
    return event.isPageFault()
        ? contributory || second.isPageFault()
        : event.isException() && ErrorCodes.contributory(event.vector()) && contributory;
  }

  private boolean exit(VmExit exit) {
    guest.exit(exit);
    return false;
  }

  private void enter(GuestEvent event) {
    if (event.length() != 0) {
      guest.contexts().jump(guest.contexts().rip() + event.length(), processor.rflags());
    }
    Place place = guest.contexts().place();
    long rflags = processor.rflagsOfFrame();
    int vector = event.vector();
    processor.enterHandler(vector);
    processor.world().show(shown(event, place, rflags));
  }

  private Event shown(GuestEvent event, Place place, long rflags) {
    int cpu = processor.cpu();
    int vector = event.vector();
    return switch (event.type()) {
      case EXTERNAL_INTERRUPT ->
          new Event.InterruptTaken(cpu, vector, Event.Kind.EXTERNAL, place, rflags);
      case NMI -> new Event.InterruptTaken(cpu, vector, Event.Kind.NMI, place, rflags);
      case SOFTWARE_INTERRUPT ->
          new Event.InterruptTaken(cpu, vector, Event.Kind.SOFTWARE, place, rflags);
      case HARDWARE_EXCEPTION,
          PRIVILEGED_SOFTWARE_EXCEPTION,
          SOFTWARE_EXCEPTION,
          RESERVED,
          OTHER_EVENT ->
          new Event.ExceptionTaken(cpu, vector, event.errorCode(), place, rflags);
    };
  }
}
