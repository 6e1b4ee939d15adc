package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
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
import io.apictck.platform.Place;
import io.apictck.platform.Stimulus;
import org.junit.jupiter.api.Test;

/** Interrupt-window exiting (Intel SDM Vol. 3C, "Other Causes of VM Exits"). */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class InterruptWindowTests {
  /** PAUSE, NOP, STI, STI, VMCALL. */
  private static final int PAUSE = 0;

  private static final int NOP = 1;
  private static final int FIRST_STI = 2;
  private static final int END = 4;
  private static final int PAUSE_LENGTH = 2;

  private static StoppedGuest stopped(Cpu cpu) {
    return StoppedGuest.before(
        cpu.vmx().newVcpu(),
        new Instruction.Nop(),
        new Instruction.Sti(),
        new Instruction.Sti(),
        new Instruction.Vmcall());
  }

  private static VmExit window(Vcpu vcpu) {
    VmExit exit = vcpu.enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.INTERRUPT_WINDOW)
        .hasQualification(0)
        .hasNoInterruption()
        .hasNoIdtVectoring();
    return exit;
  }

  @Test
  @Covers("VMX-WIN-001")
  @Ports("KUT-VMX-INTW-001")
  void openWindowExitsBeforeTheFirstInstructionAtEveryEntry(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.write(VmcsField.GUEST_RIP, vcpu.read(VmcsField.GUEST_RIP) - PAUSE_LENGTH);
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    for (int i = 0; i < 3; i++) {
      assertThat(window(vcpu)).isAt(guest.run(), PAUSE).hasActivity(ActivityState.ACTIVE);
    }
    vcpu.clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    assertThat(vcpu.enterUntilExit()).hasReason(ExitReason.PAUSE).isAt(guest.run(), PAUSE);
  }

  @Test
  @Covers({"VMX-WIN-001", "VMX-WIN-002"})
  @Ports("KUT-VMX-INTW-005")
  void stiOpensItBehindTheNextInstruction(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    assertThat(window(vcpu)).isAt(guest.run(), END).hasInterruptibility(0);
  }

  @Test
  @Covers("VMX-WIN-001")
  void closedWindowDoesNotExit(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING).enter();
    machine.expectNothing();
    assertThat(vcpu.run(new Instruction.Sti(), new Instruction.Cli(), new Instruction.Vmcall()))
        .hasReason(ExitReason.VMCALL);
  }

  @Test
  @Covers("VMX-WIN-002")
  @Ports({"KUT-VMX-INTW-003", "KUT-VMX-INTW-004"})
  void shadowsDelayItByOneInstruction(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    long rip = vcpu.read(VmcsField.GUEST_RIP);
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    for (int shadow :
        new int[] {Interruptibility.BLOCKING_BY_MOV_SS, Interruptibility.BLOCKING_BY_STI, 0}) {
      vcpu.write(VmcsField.GUEST_RIP, rip);
      GuestFields.interruptFlag(vcpu, true);
      GuestFields.interruptibility(vcpu, shadow);
      assertThat(window(vcpu))
          .isAt(guest.run(), shadow == 0 ? NOP : FIRST_STI)
          .hasInterruptibility(0);
    }
  }

  @Test
  @Requires(stimuli = Stimulus.GATES)
  @Covers("VMX-WIN-003")
  @Ports("KUT-VMX-INTW-002")
  void injectedEventIsDeliveredFirst(Machine machine, Cpu cpu) {
    machine.gate(Exceptions.DB, true);
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyExitInTheHandler(guest, NOP);
    vcpu.clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    vcpu.resume();
    vcpu.guest().iret();
    assertThat(vcpu.exit(ExitReason.VMCALL)).isAt(guest.run(), END);
    machine.gate(Exceptions.DB, false);
  }

  @Test
  @Covers("VMX-WIN-003")
  void interruptGateOfAnInjectedEventClosesItUntilIret(Machine machine, Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    vcpu.enter();
    assertThat(vcpu.guest().takeTrap(Exceptions.DB)).interruptedAt(guest.run(), NOP);
    machine.expectNothing();
    vcpu.guest().iret();
    assertThat(vcpu.exit(ExitReason.INTERRUPT_WINDOW)).isAt(guest.run(), NOP);
  }

  private static void verifyExitInTheHandler(StoppedGuest guest, int interrupted) {
    guest.vcpu().enter();
    VmExit exit = guest.vcpu().exit(ExitReason.INTERRUPT_WINDOW);
    assertThat(guest.vcpu().guest().takeTrap(Exceptions.DB))
        .interruptedAt(guest.run(), interrupted)
        .interruptedWithInterruptsEnabled();
    assertThat(exit.place()).as("place in the handler").isEqualTo(Place.IDLE);
    assertThat(exit).hasQualification(0).hasNoInterruption().hasActivity(ActivityState.ACTIVE);
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-WIN-004", "VMX-ACT-004"})
  @Ports("KUT-VMX-INTW-006")
  void openWindowEndsTheHaltedState(Cpu cpu) {
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.activity(vcpu, ActivityState.HLT);
    assertThat(window(vcpu)).isAt(guest.run(), NOP).hasActivity(ActivityState.HLT);
  }

  @Test
  @Covers({"VMX-WIN-004", "VMX-ACT-004"})
  void openWindowEndsHlt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING).enter();
    BlockRun run =
        vcpu.guest().start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    assertThat(vcpu.exit(ExitReason.INTERRUPT_WINDOW)).isAt(run, 2).hasActivity(ActivityState.HLT);
    vcpu.clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    run.values();
    machine.expectNothing();
  }

  @Test
  @Requires(value = Feature.HLT_ACTIVITY, stimuli = Stimulus.GATES)
  @Covers({"VMX-WIN-003", "VMX-WIN-004", "VMX-INJ-024"})
  @Ports("KUT-VMX-INTW-007")
  void injectedEventIsDeliveredFirstInTheHaltedState(Machine machine, Cpu cpu) {
    machine.gate(Exceptions.DB, true);
    StoppedGuest guest = stopped(cpu);
    Vcpu vcpu = guest.vcpu();
    vcpu.set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.activity(vcpu, ActivityState.HLT);
    GuestFields.inject(vcpu, InterruptionType.HARDWARE_EXCEPTION, Exceptions.DB);
    verifyExitInTheHandler(guest, NOP);
    machine.gate(Exceptions.DB, false);
  }

  @Test
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("VMX-WIN-004")
  void shutdownHoldsIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.activity(vcpu, ActivityState.SHUTDOWN);
    vcpu.enter();
    machine.expectNothing();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit()).hasReason(ExitReason.EXCEPTION_OR_NMI);
  }

  @Test
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("VMX-WIN-004")
  void waitForSipiHoldsIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.activity(vcpu, ActivityState.WAIT_FOR_SIPI);
    vcpu.enter();
    machine.expectNothing();
    Ipis.startup(machine.cpu(0), cpu, 0x9A);
    assertThat(vcpu.exit()).hasReason(ExitReason.SIPI);
  }

  @Test
  @Requires(Feature.MONITOR_MWAIT)
  @Covers({"VMX-WIN-004", "VMX-WIN-006"})
  void openWindowEndsMwait(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING).enter();
    BlockRun run =
        vcpu.guest()
            .start(
                new Instruction.Monitor(machine.scratch(0)),
                new Instruction.Sti(),
                new Instruction.Mwait(0),
                new Instruction.Nop());
    assertThat(vcpu.exit(ExitReason.INTERRUPT_WINDOW))
        .isAt(run, 3)
        .hasActivity(ActivityState.ACTIVE);
  }

  @Test
  @Requires(Feature.MONITOR_MWAIT)
  @Covers("VMX-WIN-006")
  void mwaitForMaskedInterruptsDoesNotWaitWhileTheControlIsOne(Machine machine, Cpu cpu) {
    if ((cpu.cpuid(Cpuid.MONITOR_LEAF).ecx() & Cpuid.MWAIT_INTERRUPT_BREAK) == 0) {
      machine.observe("CPUID.05H:ECX[1]", 0);
      return;
    }
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING).enter();
    vcpu.guest()
        .run(
            new Instruction.Cli(),
            new Instruction.Monitor(machine.scratch(0)),
            new Instruction.Mwait(1),
            new Instruction.Nop());
    machine.expectNothing();
    vcpu.guest().start(new Instruction.Sti(), new Instruction.Nop());
    vcpu.exit(ExitReason.INTERRUPT_WINDOW);
  }
}
