package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/**
 * MSRs of the local APIC in the MSR areas of a VMCS (Intel SDM Vol. 3C, "Loading MSRs", "Saving
 * MSRs", "VMX Aborts").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class MsrAreaTests {
  private static final long ENTRY_SIZE = 16;
  private static final int VALUE = 8;
  private static final int ABORT_INDICATOR = 4;
  private static final int X2APIC_TPR = 0x808;

  private static long area(Cpu cpu, int... msrs) {
    long area = cpu.machine().newPage();
    for (int i = 0; i < msrs.length; i++) {
      cpu.run(
          new Instruction.Store(area + i * ENTRY_SIZE, 8, msrs[i]),
          new Instruction.Store(area + i * ENTRY_SIZE + VALUE, 8, 0));
    }
    return area;
  }

  @InEachApicMode
  @Covers("VMX-MSR-005")
  void entryFailsAtAnMsrOfTheLocalApic(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    for (int msr : new int[] {Msr.X2APIC_FIRST, X2APIC_TPR, 0x83F, Msr.X2APIC_LAST}) {
      vcpu.write(
          VmcsField.ENTRY_MSR_LOAD_ADDRESS,
          area(cpu, Msr.IA32_TSC_ADJUST, Msr.IA32_TSC_ADJUST, msr, Msr.IA32_TSC_ADJUST));
      vcpu.write(VmcsField.ENTRY_MSR_LOAD_COUNT, 4);
      assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_MSR_LOADING, 3);
      // without it the same VMCS can be entered
      vcpu.write(VmcsField.ENTRY_MSR_LOAD_COUNT, 2);
      vcpu.enter();
      vcpu.leave();
    }
  }

  @Test
  @Requires(virtualTime = true)
  @Covers("VMX-MSR-006")
  void exitThatStoresAnMsrOfTheLocalApicAborts(Machine machine, Cpu cpu) {
    verifyAbort(machine, cpu, VmcsField.EXIT_MSR_STORE_ADDRESS, VmcsField.EXIT_MSR_STORE_COUNT);
  }

  @Test
  @Requires(virtualTime = true)
  @Covers("VMX-MSR-006")
  void exitThatLoadsAnMsrOfTheLocalApicAborts(Machine machine, Cpu cpu) {
    verifyAbort(machine, cpu, VmcsField.EXIT_MSR_LOAD_ADDRESS, VmcsField.EXIT_MSR_LOAD_COUNT);
  }

  /** The processor is lost; another one looks at the VMCS. */
  private static void verifyAbort(Machine machine, Cpu cpu, VmcsField address, VmcsField count) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    vcpu.write(address, area(cpu, Msr.IA32_TSC_ADJUST, X2APIC_TPR));
    vcpu.write(count, 1);
    vcpu.enter();
    vcpu.leave();
    vcpu.write(count, 2);
    vcpu.enter();
    assertThat(machine.cpu(1).read32(vcpu.vmcs() + ABORT_INDICATOR)).isZero();
    vcpu.guest().start(new Instruction.Vmcall());
    cpu.expectShutDown();
    assertThat(machine.cpu(1).read32(vcpu.vmcs() + ABORT_INDICATOR))
        .as("VMX-abort indicator")
        .isNotZero();
  }
}
