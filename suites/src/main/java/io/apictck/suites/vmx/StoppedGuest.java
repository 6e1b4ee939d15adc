package io.apictck.suites.vmx;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest that has left its block by VMCALL: guest RIP is at instruction {@link #NEXT} of it.
 *
 * @param vcpu the virtual processor
 * @param run the block: VMCALL and the rest
 */
record StoppedGuest(Vcpu vcpu, BlockRun run) {
  /** Index of the instruction behind VMCALL. */
  static final int NEXT = 1;

  /** Enters a guest, if it does not run, and stops it before {@code rest}. */
  static StoppedGuest before(Vcpu vcpu, Instruction... rest) {
    return before(vcpu, List.of(rest));
  }

  /** As {@link #before(Vcpu, Instruction...)}. */
  static StoppedGuest before(Vcpu vcpu, List<Instruction> rest) {
    if (!vcpu.inGuest()) {
      vcpu.enter();
    }
    List<Instruction> block = new ArrayList<>();
    block.add(new Instruction.Vmcall());
    block.addAll(rest);
    BlockRun run = vcpu.guest().start(block);
    vcpu.skip(vcpu.exit(ExitReason.VMCALL));
    return new StoppedGuest(vcpu, run);
  }

  /** Enters the guest again and runs the block to its end. */
  void finish() {
    vcpu.enter();
    run.values();
  }
}
