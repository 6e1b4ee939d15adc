package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * INIT in VMX operation (Intel SDM Vol. 3C, "Restrictions on VMX Operation", "Other Causes of VM
 * Exits").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class GuestInitTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Covers("VMX-INIT-001")
  @Ports("KUT-VMX-INIT-001")
  void rootOperationHoldsIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    cpu.vmx().turnOn();
    Ipis.init(machine.cpu(0), cpu);
    machine.expectNothing();
    cpu.nop();
    assertThat(cpu.waitsForSipi()).isFalse();
  }

  @InEachApicMode
  @Covers("VMX-INIT-002")
  void inTheGuestItExitsAndResetsNothing(Machine machine) {
    Cpu cpu = machine.cpu(1);
    LvtEntry timer = LvtEntry.fixed(VECTOR).withMasked(true);
    cpu.lapic().setLvt(LapicRegister.LVT_TIMER, timer);
    cpu.lapic().setTpr(0x30);
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    BlockRun run =
        vcpu.guest().start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    machine.expectNothing();
    Ipis.init(machine.cpu(0), cpu);
    VmExit exit = vcpu.exit();
    assertThat(exit)
        .hasReason(ExitReason.INIT_SIGNAL)
        .hasQualification(0)
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 2);
    assertThat(exit.rflags()).as("RFLAGS as saved").isEqualTo(Rflags.FIXED | Rflags.IF);
    assertThat(cpu.lapic()).hasTpr(0x30);
    assertThat(cpu.lapic().lvt(LapicRegister.LVT_TIMER)).isEqualTo(timer);
    assertThat(cpu.lapic().svr().enabled()).as("software-enabled").isTrue();
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    run.values();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("VMX-INIT-003")
  @Ports({"KUT-VMX-INIT-002", "KUT-VMX-INIT-003"})
  void latchedInitExitsAtTheNextEntryWhichConsumesIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    Ipis.init(machine.cpu(0), cpu);
    machine.expectNothing();
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.INIT_SIGNAL)
        .hasQualification(0)
        .isAt(guest.run(), StoppedGuest.NEXT);
    guest.finish();
    machine.expectNothing();
    guest.vcpu().leave();
    guest.vcpu().vmclear();
    cpu.vmx().turnOff();
    machine.expectNothing();
    cpu.nop();
  }

  @InEachApicMode
  @Covers("VMX-INIT-004")
  @Ports("KUT-VMX-INIT-004")
  void latchedInitTakesEffectAtVmxoff(Machine machine) {
    Cpu cpu = machine.cpu(1);
    cpu.vmx().turnOn();
    Ipis.init(machine.cpu(0), cpu);
    machine.expectNothing();
    BlockRun run = cpu.start(new Instruction.Vmxoff(), new Instruction.Nop());
    cpu.expectInit();
    assertThat(run.completed()).as("executed past VMXOFF").isFalse();
    assertThat(cpu.waitsForSipi()).isTrue();
  }

  @InEachApicMode
  @Covers("VMX-INIT-008")
  void comesBeforeNmiWindowsAndInterrupts(Machine machine) {
    Cpu cpu = machine.cpu(1);
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    Vcpu vcpu = guest.vcpu();
    vcpu.enter();
    Ipis.nmi(machine.cpu(0), cpu);
    vcpu.exit(ExitReason.EXCEPTION_OR_NMI);
    // blocked by the exit: it waits for the entry
    Ipis.nmi(machine.cpu(0), cpu);
    Ipis.init(machine.cpu(0), cpu);
    cpu.lapic().sendSelfIpi(VECTOR);
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    vcpu.exit(ExitReason.INIT_SIGNAL);
    // the entry has ended the blocking
    cpu.takeNmi();
    cpu.iret();
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.INTERRUPT_WINDOW);
    vcpu.clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
  @Covers("VMX-INIT-008")
  void comesAfterTheThresholdAtEntry(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES).vcpu();
    vcpu.write(VmcsField.TPR_THRESHOLD, 1);
    Ipis.init(machine.cpu(0), cpu);
    machine.expectNothing();
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.TPR_BELOW_THRESHOLD);
    vcpu.write(VmcsField.TPR_THRESHOLD, 0);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.INIT_SIGNAL);
  }
}
