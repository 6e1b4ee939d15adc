package io.apictck.suites.vmx;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * A guest that has left its block by PAUSE: guest RIP is at instruction {@link #NEXT} of it, and
 * exactly there, if that one has no operands to be loaded. Behind an instruction that gives results
 * it would be where machine code stores them.
 *
 * @param vcpu the virtual processor; PAUSE exiting is 1
 * @param run the block: PAUSE and the rest
 */
record StoppedGuest(Vcpu vcpu, BlockRun run) {
  /** Index of the instruction behind PAUSE. */
  static final int NEXT = 1;

  /** Enters a guest, if it does not run, and stops it before {@code rest}. */
  static StoppedGuest before(Vcpu vcpu, Instruction... rest) {
    return before(vcpu, List.of(rest));
  }

  /** As {@link #before(Vcpu, Instruction...)}. */
  static StoppedGuest before(Vcpu vcpu, List<Instruction> rest) {
    if (!vcpu.inGuest()) {
      vcpu.set(VmxControl.PAUSE_EXITING).enter();
    }
    List<Instruction> block = new ArrayList<>();
    block.add(new Instruction.Pause());
    block.addAll(rest);
    BlockRun run = vcpu.guest().start(block);
    vcpu.skip(vcpu.exit(ExitReason.PAUSE));
    return new StoppedGuest(vcpu, run);
  }

  /** Enters the guest again and runs the block to its end. */
  void finish() {
    vcpu.enter();
    run.values();
  }
}
