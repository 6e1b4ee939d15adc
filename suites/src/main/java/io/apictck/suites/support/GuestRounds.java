package io.apictck.suites.support;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;
import org.jspecify.annotations.Nullable;

/**
 * A guest for sweeps that acts, or is acted upon, between VM entry and VMCALL. What the host does
 * about one case and the next goes with the VM entry, in one block.
 */
public final class GuestRounds {
  private final ApicGuest guest;
  private final VmcsField field;

  /** What moves RIP behind the latest VMCALL, null before the first one. */
  private @Nullable Instruction behind;

  private GuestRounds(ApicGuest guest, VmcsField field) {
    this.guest = guest;
    this.field = field;
  }

  /**
   * Rounds of a guest.
   *
   * @param field what {@link #leave} reads
   */
  public static GuestRounds of(ApicGuest guest, VmcsField field) {
    return new GuestRounds(guest, field);
  }

  /**
   * Enters the guest.
   *
   * @param first what the host does before, in the same block
   * @param second likewise
   */
  public void enter(Instruction first, Instruction second) {
    if (behind == null) {
      guest.vcpu().enter(first, second);
    } else {
      guest.vcpu().enter(behind, first, second);
    }
  }

  /** VMCALL in the guest and the VM exit it must lead to; gives the field then. */
  public long leave() {
    guest.guest().start(new Instruction.Vmcall());
    VmExit exit = guest.vcpu().exit(ExitReason.VMCALL);
    long[] values = exit.readAll(VmcsField.GUEST_RIP, VmcsField.EXIT_INSTRUCTION_LENGTH, field);
    behind = new Instruction.Vmwrite(VmcsField.GUEST_RIP.encoding(), values[0] + values[1]);
    return values[2];
  }
}
