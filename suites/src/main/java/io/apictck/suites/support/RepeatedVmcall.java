package io.apictck.suites.support;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;
import org.jspecify.annotations.Nullable;

/**
 * A guest for sweeps: it executes the same VMCALL after each VM entry, for its host does not move
 * RIP on. So a case takes no more than a VM entry and a VM exit. Interrupts are enabled; they come
 * before the VMCALL, and automatic handlers take those of the guest.
 */
public final class RepeatedVmcall {
  private final ApicGuest guest;

  /** What moves RIP back, where there is something to repeat before the VMCALL. */
  private final @Nullable Instruction back;

  private RepeatedVmcall(ApicGuest guest, @Nullable Instruction back) {
    this.guest = guest;
    this.back = back;
  }

  /** Enters the guest afresh and runs up to the VMCALL. */
  public static RepeatedVmcall start(ApicGuest guest) {
    runTo(ExitReason.VMCALL, guest, new Instruction.Vmcall());
    return new RepeatedVmcall(guest, null);
  }

  /**
   * As {@link #start}; each case executes an instruction before the VMCALL. PAUSE comes before it,
   * behind which no machine code stores results again and again.
   */
  public static RepeatedVmcall behind(Instruction instruction, ApicGuest guest) {
    guest.vcpu().set(VmxControl.PAUSE_EXITING);
    VmExit exit =
        runTo(
            ExitReason.PAUSE,
            guest,
            new Instruction.Pause(),
            instruction,
            new Instruction.Vmcall());
    long[] values = exit.readAll(VmcsField.GUEST_RIP, VmcsField.EXIT_INSTRUCTION_LENGTH);
    return new RepeatedVmcall(
        guest, new Instruction.Vmwrite(VmcsField.GUEST_RIP.encoding(), values[0] + values[1]));
  }

  private static VmExit runTo(ExitReason reason, ApicGuest guest, Instruction... block) {
    guest.vcpu().restart();
    guest.prepare(0, 0, 0, false);
    guest.vcpu().enter();
    guest.guest().start(block);
    VmExit exit = guest.vcpu().exit(reason);
    guest.vcpu().setInterruptFlag(true);
    return exit;
  }

  /**
   * Enters the guest and waits for the VMCALL.
   *
   * @param first what the host does before, in the same block
   * @param second likewise
   * @param third likewise
   */
  public void next(Instruction first, Instruction second, Instruction third) {
    if (back == null) {
      guest.vcpu().enter(first, second, third);
    } else {
      guest.vcpu().enter(back, first, second, third);
    }
    guest.vcpu().exit(ExitReason.VMCALL);
  }
}
