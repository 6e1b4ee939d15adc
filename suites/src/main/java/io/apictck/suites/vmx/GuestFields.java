package io.apictck.suites.vmx;

import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.Vcpu;

/** Writes what a guest begins with (Intel SDM Vol. 3C, "Guest Non-Register State"). */
final class GuestFields {
  private GuestFields() {}

  @SuppressWarnings("EnumOrdinal") // states are in the order of their numbers
  static void activity(Vcpu vcpu, ActivityState state) {
    vcpu.write(VmcsField.GUEST_ACTIVITY_STATE, state.ordinal());
  }

  static void interruptibility(Vcpu vcpu, int bits) {
    vcpu.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, bits);
  }

  static void interruptFlag(Vcpu vcpu, boolean enabled) {
    vcpu.write(VmcsField.GUEST_RFLAGS, enabled ? Rflags.FIXED | Rflags.IF : Rflags.FIXED);
  }

  /** The next VM entry injects this event. */
  static void inject(Vcpu vcpu, InterruptionType type, int vector) {
    inject(vcpu, InterruptionInformation.of(type, vector));
  }

  static void inject(Vcpu vcpu, InterruptionInformation event) {
    vcpu.write(VmcsField.ENTRY_INTERRUPTION_INFORMATION, Integer.toUnsignedLong(event.raw()));
  }

  /** VM exits for these exceptions. */
  static void intercept(Vcpu vcpu, int... vectors) {
    long bitmap = 0;
    for (int vector : vectors) {
      bitmap |= 1L << vector;
    }
    vcpu.write(VmcsField.EXCEPTION_BITMAP, bitmap);
  }

  /** The guest's IDT ends before the gate of a vector. */
  static void endIdtBefore(Vcpu vcpu, int vector) {
    vcpu.write(VmcsField.GUEST_IDTR_LIMIT, vector * 16L - 1);
  }
}
