package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** External interrupts that meet a guest (Intel SDM Vol. 3C, "Other Causes of VM Exits"). */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class ExternalInterruptTests {
  private static final int VECTOR = 0x61;

  @InEachApicMode
  @Covers("VMX-EXT-001")
  @Ports("KUT-VMX-INT-001")
  void withoutExitingTheGuestTakesThemSubjectToItsIf(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING).enter();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    machine.expectNothing();
    vcpu.guest().sti();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).isExternal().interruptedWithInterruptsEnabled();
    assertThat(vcpu.guest().lapic()).isServicing(VECTOR).requestsNothing();
    vcpu.guest().finishInterrupt();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    vcpu.guest().serve(VECTOR);
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"VMX-EXT-002", "VMX-EXT-004"})
  void withExitingTheInterruptExitsAndStaysPending(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.guest().sti();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasQualification(0)
        .hasNoInterruption();
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    machine.expectNothing();
    cpu.sti();
    cpu.serve(VECTOR);
    machine.expectNothing();
    cpu.cli();
    vcpu.resume();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("VMX-EXT-003")
  @Ports("KUT-VMX-INT-002")
  void clearIfOfTheGuestDoesNotHoldTheExit(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.guest().cli();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    VmExit exit = vcpu.exit(ExitReason.EXTERNAL_INTERRUPT);
    assertThat(exit.rflags() & Rflags.IF).as("IF as saved").isZero();
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("VMX-EXT-005")
  @Ports("KUT-VMX-INT-007")
  void acknowledgedInterruptIsInServiceAndNamedByTheExit(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT).enter();
    Cpu other = machine.cpu(1);
    for (int vector : new int[] {VECTOR, VECTOR, 0x20, 0xFE}) {
      other.lapic().sendIpi(cpu, vector);
      assertThat(vcpu.exit())
          .hasReason(ExitReason.EXTERNAL_INTERRUPT)
          .hasQualification(0)
          .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, vector)
          .hasNoIdtVectoring();
      assertThat(cpu.lapic()).isServicing(vector).requestsNothing();
      // in service it holds the next one of its vector
      other.lapic().sendIpi(cpu, vector);
      vcpu.resume();
      machine.expectNothing();
      vcpu.leave();
      assertThat(cpu.lapic()).isServicing(vector).requests(vector);
      cpu.lapic().eoi();
      assertThat(vcpu.enterUntilExit())
          .hasReason(ExitReason.EXTERNAL_INTERRUPT)
          .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, vector);
      cpu.lapic().eoi();
      vcpu.resume();
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers("VMX-EXT-006")
  @Ports({"KUT-VMX-PEND-001", "KUT-VMX-PEND-002", "KUT-VMX-PEND-003"})
  void pendingInterruptExitsBeforeTheFirstInstruction(Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    cpu.lapic().sendSelfIpi(VECTOR);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .isAt(guest.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.ACTIVE);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    guest.finish();
  }

  @InEachApicMode
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-EXT-007", "VMX-INJ-024"})
  @Ports({"KUT-VMX-PEND-004", "KUT-VMX-PEND-005", "KUT-VMX-PEND-006"})
  void pendingInterruptExitsAtOnceFromTheHaltedState(Cpu cpu) {
    StoppedGuest guest = StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop());
    GuestFields.activity(guest.vcpu(), ActivityState.HLT);
    cpu.lapic().sendSelfIpi(VECTOR);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .isAt(guest.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.HLT);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    GuestFields.activity(guest.vcpu(), ActivityState.ACTIVE);
    guest.finish();
  }

  @InEachApicMode
  @Requires({Feature.SHUTDOWN_ACTIVITY})
  @Covers({"VMX-EXT-010", "VMX-NMI-009"})
  void shutdownHoldsThem(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.activity(vcpu, ActivityState.SHUTDOWN);
    vcpu.enter();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    machine.expectNothing();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasActivity(ActivityState.SHUTDOWN);
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Requires({Feature.WAIT_FOR_SIPI_ACTIVITY})
  @Covers("VMX-EXT-010")
  void waitForSipiHoldsThem(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu();
    GuestFields.activity(vcpu, ActivityState.WAIT_FOR_SIPI);
    vcpu.enter();
    machine.cpu(0).lapic().sendIpi(cpu, VECTOR);
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, 0x9A);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI);
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @InEachApicMode
  @Covers("VMX-EXT-012")
  void hostRunsWithClearIfAfterEveryExit(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.guest().sti();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    vcpu.exit(ExitReason.EXTERNAL_INTERRUPT);
    assertThat(controlFlags(cpu)).as("RFLAGS after the exit").isEqualTo(Rflags.FIXED);
    machine.expectNothing();
    // also where the host had IF=1 when it entered the guest
    cpu.sti();
    cpu.serve(VECTOR);
    vcpu.resume();
    vcpu.leave();
    assertThat(controlFlags(cpu)).as("RFLAGS after VMCALL").isEqualTo(Rflags.FIXED);
  }

  /** Status flags may change between a VM exit and the next block. */
  private static long controlFlags(Cpu cpu) {
    return cpu.rflags() & ~Instruction.STATUS_FLAGS;
  }

  @InEachApicMode
  @Covers("VMX-EXT-013")
  void physicalPriorityHoldsTheExit(Machine machine, Cpu cpu) {
    cpu.setCr8(VECTOR >>> 4);
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    machine.expectNothing();
    // the guest lowers the TPR that is the processor's own
    VmExit exit =
        vcpu.run(
            new Instruction.MovToCr8(VECTOR >>> 4),
            new Instruction.Nop(),
            new Instruction.MovToCr8((VECTOR >>> 4) - 1),
            new Instruction.Nop());
    assertThat(exit).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    assertThat(exit.place().index()).as("instruction after the exit").isEqualTo(3);
    cpu.sti();
    cpu.serve(VECTOR);
  }

  @Test
  @Records
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("VMX-EXT-014")
  void recordsTheVectorOfAnAcknowledgedExtInt(Machine machine, Cpu cpu) {
    machine.supplyVector(0x30);
    cpu.lapic()
        .setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT).enter();
    cpu.line(LocalLine.LINT0, true);
    VmExit exit = vcpu.exit(ExitReason.EXTERNAL_INTERRUPT);
    cpu.line(LocalLine.LINT0, false);
    machine.observe(
        "interruption information of an acknowledged ExtINT whose controller gives 30h",
        Integer.toHexString(exit.interruption().raw()) + "h");
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Records
  @Covers("VMX-EXT-011")
  void recordsWhetherShadowsDelayTheExit(Machine machine, Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(cpu.vmx().newVcpu(), new Instruction.Nop(), new Instruction.Nop());
    long rip = guest.vcpu().read(VmcsField.GUEST_RIP);
    GuestFields.interruptFlag(guest.vcpu(), true);
    for (int shadow :
        new int[] {Interruptibility.BLOCKING_BY_STI, Interruptibility.BLOCKING_BY_MOV_SS}) {
      guest.vcpu().write(VmcsField.GUEST_RIP, rip);
      GuestFields.interruptibility(guest.vcpu(), shadow);
      cpu.lapic().sendSelfIpi(VECTOR);
      guest.vcpu().enter();
      VmExit exit = guest.vcpu().exit(ExitReason.EXTERNAL_INTERRUPT);
      int delay = exit.place().index() - StoppedGuest.NEXT;
      machine.observe("instructions before the exit with interruptibility state " + shadow, delay);
      assertThat(delay).as("instructions before the exit").isBetween(0, 1);
      cpu.sti();
      cpu.serve(VECTOR);
      cpu.cli();
    }
  }
}
