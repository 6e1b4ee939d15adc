package io.apictck.suites.posted;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;

/** Guests with posted interrupts, and what posts to them. */
final class PostedGuest {
  /** The notification vector. */
  static final int NV = ApicGuest.NOTIFICATION_VECTOR;

  private PostedGuest() {}

  /** One that reaches its local APIC by MSRs. */
  static ApicGuest of(Cpu host) {
    return ApicGuest.of(
        host, VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.VIRTUALIZE_X2APIC_MODE);
  }

  /** Sets the bit of a vector in PIR. */
  static Instruction requesting(ApicGuest guest, int vector) {
    return new Instruction.LockedOr(
        guest.descriptor().address() + PostedInterruptDescriptor.PIR + (vector >>> 6) * 8L,
        8,
        1L << vector);
  }

  /** Sets ON. */
  static Instruction settingOn(ApicGuest guest) {
    return new Instruction.LockedOr(
        guest.descriptor().address() + PostedInterruptDescriptor.CONTROL,
        4,
        PostedInterruptDescriptor.ON);
  }

  /** Sends the notification to the processor of the guest. */
  static List<Instruction> notifying(ApicGuest guest, Cpu sender) {
    return sender
        .lapic()
        .sending(InterruptCommand.fixed(NV).withDestination(guest.host().apicId()));
  }

  /** A whole post by another processor. */
  static void post(ApicGuest guest, Cpu sender, int... vectors) {
    List<Instruction> block = new ArrayList<>();
    for (int vector : vectors) {
      block.add(requesting(guest, vector));
    }
    block.add(settingOn(guest));
    block.addAll(notifying(guest, sender));
    sender.run(block);
  }

  /** The same by its own processor, which is in the host with IF=0: it waits for VM entry. */
  static void postAtHome(ApicGuest guest, int... vectors) {
    for (int vector : vectors) {
      guest.descriptor().request(vector);
    }
    guest.host().run(settingOn(guest));
    guest.host().lapic().sendSelfIpi(NV);
  }
}
