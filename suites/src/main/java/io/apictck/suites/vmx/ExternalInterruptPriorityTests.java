package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmxControl;
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
import io.apictck.suites.support.ApicGuest;

/**
 * What comes before an external interrupt when both are pending at a VM entry (Intel SDM Vol. 3C,
 * "Other Causes of VM Exits", "Virtual-Interrupt Delivery").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class ExternalInterruptPriorityTests {
  private static final int VECTOR = 0x61;
  private static final int VIRTUAL = 0x51;

  @InEachApicMode
  @Covers({"VMX-EXT-016", "VMX-NMI-003"})
  void nmiComesFirst(Machine machine, Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    guest.vcpu().enter();
    guest.run().values();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, 2);
    // the exit has left NMIs blocked: the next waits for the entry
    Ipis.nmi(machine.cpu(1), cpu);
    machine.expectNothing();
    cpu.lapic().sendSelfIpi(VECTOR);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, 2);
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    assertThat(guest.vcpu().enterUntilExit()).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Requires(Feature.VIRTUAL_NMIS)
  @Covers("VMX-EXT-016")
  void nmiWindowComesFirst(Cpu cpu) {
    comesFirst(
        cpu,
        cpu.vmx().newVcpu().set(VmxControl.VIRTUAL_NMIS),
        VmxControl.NMI_WINDOW_EXITING,
        ExitReason.NMI_WINDOW);
  }

  @InEachApicMode
  @Covers({"VMX-EXT-016", "VMX-WIN-005"})
  void interruptWindowComesFirst(Cpu cpu) {
    comesFirst(
        cpu, cpu.vmx().newVcpu(), VmxControl.INTERRUPT_WINDOW_EXITING, ExitReason.INTERRUPT_WINDOW);
  }

  private static void comesFirst(Cpu cpu, Vcpu vcpu, VmxControl control, ExitReason reason) {
    StoppedGuest guest = StoppedGuest.before(vcpu, new Instruction.Nop());
    vcpu.set(control);
    GuestFields.interruptFlag(vcpu, true);
    cpu.lapic().sendSelfIpi(VECTOR);
    assertThat(vcpu.enterUntilExit())
        .hasReason(reason)
        .hasNoInterruption()
        .isAt(guest.run(), StoppedGuest.NEXT);
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    vcpu.clear(control);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .isAt(guest.run(), StoppedGuest.NEXT);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    guest.finish();
  }

  @InEachApicMode
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers("VMX-EXT-016")
  void virtualInterruptComesFirst(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.page().setVirr(VectorSet.of(VIRTUAL));
    guest.setInterruptStatus(VIRTUAL, 0);
    GuestFields.interruptFlag(guest.vcpu(), true);
    cpu.lapic().sendSelfIpi(VECTOR);
    guest.vcpu().enter();
    guest.vcpu().exit(ExitReason.EXTERNAL_INTERRUPT);
    guest.guest().takeInterrupt(VIRTUAL);
    assertThat(guest.svi()).as("SVI").isEqualTo(VIRTUAL);
    cpu.sti();
    cpu.serve(VECTOR);
  }
}
