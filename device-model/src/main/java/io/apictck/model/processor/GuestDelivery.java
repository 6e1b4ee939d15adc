package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ErrorCodes;
import io.apictck.platform.Event;
import io.apictck.platform.Place;

/**
 * Delivery of events through the IDT of a guest (Intel SDM Vol. 3A, "Interrupt and Exception
 * Handling"; Vol. 3C, "Event Injection", "Information for VM Exits During Event Delivery").
 *
 * <p>Supported: gates beyond the limit of the IDT, double and triple faults, a stack in the
 * APIC-access page.
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
      return fault(event);
    }
    if (guest.vmcs().has(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      long slot = (guest.contexts().rsp() & ~STACK_ALIGNMENT) - STACK_SLOT;
      ApicOutcome push = guest.apic().eventDelivery(slot);
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

  private boolean fault(GuestEvent event) {
    int vector = event.vector();
    if (event.isException() && vector == Exceptions.DF) {
      return exit(VmExit.of(ExitReason.TRIPLE_FAULT));
    }
    boolean doubleFault =
        event.isException() && (ErrorCodes.contributory(vector) || vector == Exceptions.PF);
    GuestEvent second =
        doubleFault ? GuestEvent.exception(Exceptions.DF, 0) : protectionFault(event);
    if (!guest.exceptionExits(second.vector())) {
      return deliver(second);
    }
    VmExit exit = VmExit.of(ExitReason.EXCEPTION_OR_NMI).with(second);
    return exit(doubleFault ? exit : exit.during(event));
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
