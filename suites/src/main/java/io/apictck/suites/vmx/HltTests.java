package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
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
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * HLT of a guest, and the activity state (Intel SDM Vol. 3C, "Instructions That Cause VM Exits
 * Conditionally", "Special Features of VM Entry", "Saving Non-Register State").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class HltTests {
  private static final int VECTOR = 0x61;

  /** Long enough that the processor halts before, also in real time. */
  private static final int COUNT = 10_000_000;

  @Test
  @Covers({"VMX-ACT-001", "VMX-INFO-005"})
  @Ports("KUT-VMX-INSN-001")
  void exitsWithHltExiting(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.HLT_EXITING).enter();
    for (boolean enabled : new boolean[] {false, true}) {
      BlockRun run =
          vcpu.guest()
              .start(
                  enabled ? new Instruction.Sti() : new Instruction.Cli(),
                  new Instruction.Nop(),
                  new Instruction.Hlt(),
                  new Instruction.Nop());
      VmExit exit = vcpu.exit();
      assertThat(exit)
          .hasReason(ExitReason.HLT)
          .hasQualification(0)
          .isAt(run, 2)
          .hasActivity(ActivityState.ACTIVE)
          .hasInterruptibility(0);
      assertThat(exit.instructionLength()).as("instruction length").isEqualTo(1);
      assertThat((exit.rflags() & Rflags.IF) != 0).as("IF as saved").isEqualTo(enabled);
      vcpu.skip(exit);
      vcpu.resume();
      run.values();
    }
  }

  @InEachApicMode
  @Covers({"VMX-ACT-002", "VMX-ACT-004", "VMX-ACT-005", "VMX-EXT-008"})
  void withoutHltExitingAnInterruptExitsBehindIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    for (boolean enabled : new boolean[] {false, true}) {
      BlockRun run =
          vcpu.guest()
              .start(
                  enabled ? new Instruction.Sti() : new Instruction.Cli(),
                  new Instruction.Nop(),
                  new Instruction.Hlt(),
                  new Instruction.Nop());
      machine.expectNothing();
      assertThat(run.running()).as("halted").isTrue();
      machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
      assertThat(vcpu.exit())
          .hasReason(ExitReason.EXTERNAL_INTERRUPT)
          .isAt(run, 3)
          .hasActivity(ActivityState.HLT)
          .hasInterruptibility(0);
      cpu.sti();
      cpu.serve(VECTOR);
      cpu.cli();
      GuestFields.activity(vcpu, ActivityState.ACTIVE);
      vcpu.resume();
      run.values();
    }
  }

  @InEachApicMode
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-ACT-003", "VMX-ACT-004"})
  void entryIntoTheHaltedStateExecutesNothing(Machine machine, Cpu cpu) {
    StoppedGuest guest =
        StoppedGuest.before(
            cpu.vmx().newVcpu(), new Instruction.Store(machine.scratch(0), 4, 0x5A5A));
    cpu.write32(machine.scratch(0), 0);
    GuestFields.activity(guest.vcpu(), ActivityState.HLT);
    guest.vcpu().enter();
    machine.expectNothing();
    assertThat(machine.cpu(1).read32(machine.scratch(0))).as("what the guest stores").isZero();
    machine.cpu(1).lapic().sendIpi(cpu, VECTOR);
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .isAt(guest.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.HLT);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    // left as it was saved: halted again
    guest.vcpu().resume();
    machine.expectNothing();
    assertThat(guest.run().running()).as("halted again").isTrue();
  }

  @InEachApicMode
  @Covers({"VMX-EXT-009", "VMX-ACT-004"})
  @Ports("KUT-VMX-INT-003")
  void deliveredInterruptEndsIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING).enter();
    vcpu.guest().lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, COUNT);
    BlockRun run =
        vcpu.guest().start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    assertThat(run.running()).as("halted").isTrue();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).interruptedAt(run, 2);
    vcpu.guest().finishInterrupt();
    run.values();
    machine.expectNothing();
  }

  @InEachApicMode
  @Covers({"VMX-ACT-004", "VMX-EXT-008"})
  @Ports("KUT-VMX-INT-004")
  void exitOfATimerInterruptEndsIt(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    vcpu.guest().lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, COUNT);
    BlockRun run =
        vcpu.guest().start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    assertThat(run.running()).as("halted").isTrue();
    assertThat(vcpu.exit()).hasReason(ExitReason.EXTERNAL_INTERRUPT).isAt(run, 2);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    vcpu.resume();
    run.values();
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-EXT-009", "VMX-ACT-004"})
  @Ports("KUT-VMX-INT-005")
  void deliveredInterruptEndsTheHaltedStateOfTheEntry(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    StoppedGuest guest = StoppedGuest.before(vcpu, new Instruction.Nop());
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, COUNT);
    GuestFields.activity(vcpu, ActivityState.HLT);
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    assertThat(guest.run().running()).as("halted").isTrue();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).interruptedAt(guest.run(), StoppedGuest.NEXT);
    vcpu.guest().finishInterrupt();
    guest.run().values();
    assertThat(vcpu.leave()).hasActivity(ActivityState.ACTIVE);
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("VMX-ACT-004")
  @Ports("KUT-VMX-INT-006")
  void exitOfATimerInterruptEndsTheHaltedStateOfTheEntry(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    StoppedGuest guest = StoppedGuest.before(vcpu, new Instruction.Nop());
    cpu.lapic().startTimer(TimerMode.ONE_SHOT, VECTOR, TimerDivide.BY_1, COUNT);
    GuestFields.activity(vcpu, ActivityState.HLT);
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    assertThat(guest.run().running()).as("halted").isTrue();
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .isAt(guest.run(), StoppedGuest.NEXT);
    cpu.sti();
    cpu.serve(VECTOR);
    cpu.cli();
    GuestFields.activity(vcpu, ActivityState.ACTIVE);
    guest.finish();
    machine.expectNothing();
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers({"VMX-ACT-004", "VMX-INJ-024"})
  @Ports("KUT-VMX-INT-008")
  void injectedInterruptEndsTheHaltedStateOfTheEntry(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().set(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    StoppedGuest guest = StoppedGuest.before(vcpu, new Instruction.Nop());
    GuestFields.activity(vcpu, ActivityState.HLT);
    GuestFields.interruptFlag(vcpu, true);
    GuestFields.inject(vcpu, InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    vcpu.enter();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).interruptedAt(guest.run(), StoppedGuest.NEXT);
    assertThat(vcpu.leave()).hasActivity(ActivityState.ACTIVE);
    vcpu.resume();
    vcpu.guest().iret();
    guest.run().values();
    machine.expectNothing();
  }

  @Test
  @Requires({Feature.HLT_ACTIVITY, Feature.VIRTUAL_INTERRUPT_DELIVERY})
  @Covers("VMX-ACT-004")
  void recognizedVirtualInterruptEndsIt(Machine machine, Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    Vcpu vcpu = guest.vcpu();
    StoppedGuest stopped = StoppedGuest.before(vcpu, new Instruction.Nop());
    guest.page().setVirr(VectorSet.of(VECTOR));
    guest.setInterruptStatus(VECTOR, 0);
    GuestFields.activity(vcpu, ActivityState.HLT);
    // with IF=0 it does not
    vcpu.enter();
    machine.expectNothing();
    assertThat(stopped.run().running()).as("halted").isTrue();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .isAt(stopped.run(), StoppedGuest.NEXT)
        .hasActivity(ActivityState.HLT);
    GuestFields.interruptFlag(vcpu, true);
    vcpu.enter();
    assertThat(vcpu.guest().takeInterrupt(VECTOR)).interruptedAt(stopped.run(), StoppedGuest.NEXT);
    assertThat(vcpu.leave()).hasActivity(ActivityState.ACTIVE);
  }

  @Test
  @Requires({Feature.HLT_ACTIVITY, Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
  @Covers("VMX-ACT-004")
  void thresholdAtEntryEndsIt(Cpu cpu) {
    Vcpu vcpu =
        ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW, VmxControl.VIRTUALIZE_APIC_ACCESSES).vcpu();
    StoppedGuest stopped = StoppedGuest.before(vcpu, new Instruction.Nop());
    vcpu.write(VmcsField.TPR_THRESHOLD, 1);
    GuestFields.activity(vcpu, ActivityState.HLT);
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.TPR_BELOW_THRESHOLD)
        .isAt(stopped.run(), StoppedGuest.NEXT);
  }

  @Test
  @Covers("VMX-ACT-004")
  void initEndsIt(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    BlockRun run = vcpu.guest().start(new Instruction.Hlt(), new Instruction.Nop());
    machine.expectNothing();
    Ipis.init(machine.cpu(0), cpu);
    assertThat(vcpu.exit())
        .hasReason(ExitReason.INIT_SIGNAL)
        .isAt(run, 1)
        .hasActivity(ActivityState.HLT);
  }

  @Test
  @Requires(stimuli = Stimulus.SMI)
  @Covers("VMX-ACT-004")
  void smiEndsItForItsHandler(Machine machine, Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().enter();
    BlockRun run = vcpu.guest().start(new Instruction.Hlt(), new Instruction.Nop());
    machine.expectNothing();
    cpu.pulse(LocalLine.SMI);
    assertThat(vcpu.guest().takeSmi()).isSmi();
    vcpu.guest().iret();
    machine.expectNothing();
    Ipis.nmi(machine.cpu(1), cpu);
    assertThat(vcpu.exit()).hasReason(ExitReason.EXCEPTION_OR_NMI).isAt(run, 1);
  }
}
