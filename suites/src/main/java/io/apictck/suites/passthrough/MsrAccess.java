package io.apictck.suites.passthrough;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;

/**
 * An access to an MSR that may exit.
 *
 * @param instruction RDMSR or WRMSR
 * @param reason of its VM exit
 */
record MsrAccess(Instruction instruction, ExitReason reason) {
  static MsrAccess read(int msr) {
    return new MsrAccess(new Instruction.Rdmsr(msr), ExitReason.RDMSR);
  }

  static MsrAccess write(int msr, long value) {
    return new MsrAccess(new Instruction.Wrmsr(msr, value), ExitReason.WRMSR);
  }

  /** Executes it in the running guest, which runs afterwards; it may fault if it does not exit. */
  void verify(Vcpu vcpu, boolean exits) {
    if (!exits) {
      vcpu.guest().attempt(instruction);
      return;
    }
    BlockRun run = vcpu.guest().start(instruction, new Instruction.Nop());
    VmExit exit = vcpu.exit();
    assertThat(exit).hasReason(reason).hasQualification(0).isAt(run, 0);
    vcpu.skip(exit);
    vcpu.resume();
    run.values();
  }
}
