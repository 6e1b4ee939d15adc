package io.apictck.suites.vmx;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A guest that has left its block by its first instruction: guest RIP is at instruction {@link
 * #NEXT} of it.
 *
 * @param vcpu the virtual processor
 * @param run the block: that instruction and the rest
 */
record StoppedGuest(Vcpu vcpu, BlockRun run) {
  /** Index of the instruction behind the one that exited. */
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
    return stop(vcpu, new Instruction.Vmcall(), ExitReason.VMCALL, rest);
  }

  /** As {@link #exactlyBefore}: guest RIP is at the first of bytes that are a NOP each. */
  static StoppedGuest beforeNops(Vcpu vcpu, int count) {
    return exactlyBefore(vcpu, Collections.nCopies(count, new Instruction.Nop()));
  }

  /**
   * Stops a guest by PAUSE, so that guest RIP is that of the next instruction itself, if it has no
   * operands to be loaded: nothing is behind PAUSE that stores results.
   */
  static StoppedGuest exactlyBefore(Vcpu vcpu, List<Instruction> rest) {
    vcpu.set(VmxControl.PAUSE_EXITING);
    if (!vcpu.inGuest()) {
      vcpu.enter();
    }
    return stop(vcpu, new Instruction.Pause(), ExitReason.PAUSE, rest);
  }

  private static StoppedGuest stop(
      Vcpu vcpu, Instruction first, ExitReason reason, List<Instruction> rest) {
    List<Instruction> block = new ArrayList<>();
    block.add(first);
    block.addAll(rest);
    BlockRun run = vcpu.guest().start(block);
    vcpu.skip(vcpu.exit(reason));
    return new StoppedGuest(vcpu, run);
  }

  /** Enters the guest again and runs the block to its end. */
  void finish() {
    vcpu.enter();
    run.values();
  }
}
