package io.apictck.suites.support;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest for sweeps: one long block with VMCALLs in it, so that a case takes no more than a VM
 * entry and a VM exit. Interrupts are enabled; automatic handlers take those of the guest.
 */
public final class VmcallTrain {
  private final ApicGuest guest;
  private final long[] resumeAt;
  private int stops;

  private VmcallTrain(ApicGuest guest, long[] resumeAt) {
    this.guest = guest;
    this.resumeAt = resumeAt;
  }

  /**
   * Enters the guest afresh and runs up to a VMCALL before the block.
   *
   * @param block what follows, up to a VMCALL for each {@link #next}
   */
  public static VmcallTrain start(ApicGuest guest, List<Instruction> block) {
    List<Instruction> instructions = new ArrayList<>(block.size() + 1);
    instructions.add(new Instruction.Vmcall());
    instructions.addAll(block);
    guest.vcpu().restart();
    guest.prepare(0, 0, 0, false);
    guest.vcpu().enter();
    guest.guest().start(instructions);
    VmExit exit = guest.vcpu().exit(ExitReason.VMCALL);
    guest.vcpu().setInterruptFlag(true);
    return new VmcallTrain(guest, behindVmcalls(instructions, exit.rip()));
  }

  /** Addresses behind the VMCALLs of a block: reading them from the VMCS would take long. */
  private static long[] behindVmcalls(List<Instruction> block, long address) {
    long[] addresses = new long[block.size()];
    int vmcalls = 0;
    long next = address;
    for (Instruction instruction : block) {
      next += instruction.machineCode().body().length;
      if (instruction instanceof Instruction.Vmcall) {
        addresses[vmcalls++] = next;
      }
    }
    return addresses;
  }

  /** Enters the guest, in one block with what the host does before it, up to the next VMCALL. */
  public void next(Instruction... before) {
    List<Instruction> block = new ArrayList<>(before.length + 1);
    block.add(new Instruction.Vmwrite(VmcsField.GUEST_RIP.encoding(), resumeAt[stops++]));
    block.addAll(List.of(before));
    guest.vcpu().enter(block);
    guest.vcpu().exit(ExitReason.VMCALL);
  }
}
