package io.apictck.suites.uintr;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.VectorSet;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
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
import io.apictck.suites.support.Messages;
import io.apictck.suites.support.UserThread;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/** User interrupts in guests (Intel SDM Vol. 3A, "User Interrupts", "VMX Support"). */
@Conformance
@Requires({Feature.VMX, Feature.USER_INTERRUPTS})
final class GuestTests {
  private static final int UINV = UserThread.UINV;
  private static final int VECTOR = 33;
  private static final int OTHER = 0x61;
  private static final long HLT = 1;
  private static final long REQUEST = 1L << VECTOR;
  private static final Instruction NOP = new Instruction.Nop();
  private static final Instruction CPUID = new Instruction.Cpuid(0, 0);
  private static final Instruction STUI = new Instruction.Stui();

  private static Vcpu guest(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    UserThread.enable(vcpu, true);
    return vcpu;
  }

  private static int uinv(Cpu cpu) {
    return UserInterruptMisc.of(cpu.rdmsr(Msr.IA32_UINTR_MISC)).uinv();
  }

  private static void verifyProcessed(UserThread thread) {
    assertThat(thread.requests()).as("UIRR").isEqualTo(REQUEST);
    assertThat(thread.descriptor().pir()).as("PIR").isZero();
  }

  private static UserThread posted(Cpu cpu) {
    UserThread thread = UserThread.on(cpu);
    thread.descriptor().setPir(REQUEST);
    return thread;
  }

  @Test
  @Requires({Feature.LOAD_UINV, Feature.CLEAR_UINV})
  @Covers({"UINTR-VMX-001", "UINTR-VMX-002"})
  void entryLoadsUinvAndExitSavesAndClearsIt(Cpu cpu) {
    UserThread.on(cpu);
    Vcpu vcpu = guest(cpu).set(VmxControl.LOAD_UINV, VmxControl.CLEAR_UINV);
    for (int vector : new int[] {0x20, 0x5A, 0xFF}) {
      vcpu.write(VmcsField.GUEST_UINV, vector);
      cpu.wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(3, UINV).raw());
      vcpu.enter();
      assertThat(UserInterruptMisc.of(vcpu.guest().rdmsr(Msr.IA32_UINTR_MISC)))
          .as("IA32_UINTR_MISC in the guest")
          .isEqualTo(new UserInterruptMisc(3, vector));
      vcpu.guest().wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(3, vector ^ 1).raw());
      vcpu.leave();
      assertThat(vcpu.read(VmcsField.GUEST_UINV)).as("guest UINV").isEqualTo(vector ^ 1);
      assertThat(UserInterruptMisc.of(cpu.rdmsr(Msr.IA32_UINTR_MISC)))
          .as("IA32_UINTR_MISC in the host")
          .isEqualTo(new UserInterruptMisc(3, 0));
    }
  }

  @Test
  @Requires({Feature.LOAD_UINV, Feature.CLEAR_UINV})
  @Covers({"UINTR-VMX-001", "UINTR-VMX-002"})
  void withoutTheControlsUinvIsSharedAndSaved(Cpu cpu) {
    UserThread.on(cpu);
    Vcpu vcpu = guest(cpu);
    vcpu.write(VmcsField.GUEST_UINV, 0x55);
    vcpu.enter();
    assertThat(uinv(vcpu.guest())).as("UINV in the guest").isEqualTo(UINV);
    vcpu.leave();
    assertThat(vcpu.read(VmcsField.GUEST_UINV)).as("guest UINV").isEqualTo(UINV);
    assertThat(uinv(cpu)).as("UINV in the host").isEqualTo(UINV);
  }

  @Test
  @Requires(Feature.LOAD_UINV)
  @Covers("UINTR-VMX-001")
  void uinvHasEightBits(Cpu cpu) {
    Vcpu vcpu = guest(cpu).set(VmxControl.LOAD_UINV);
    for (int bit = 0; bit < Short.SIZE; bit++) {
      vcpu.write(VmcsField.GUEST_UINV, 1L << bit);
      if (bit < Byte.SIZE) {
        assertThat(vcpu.tryEnter()).entered();
        vcpu.leave();
      } else {
        assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
      }
    }
    vcpu.clear(VmxControl.LOAD_UINV);
    assertThat(vcpu.tryEnter()).entered();
    vcpu.leave();
  }

  @Test
  @Covers("UINTR-VMX-003")
  void notificationsThatDoNotExitAreProcessedInTheGuest(Machine machine, Cpu cpu) {
    UserThread thread = posted(cpu);
    Vcpu vcpu = guest(cpu).clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
    vcpu.setInterruptFlag(true);
    cpu.lapic().sendSelfIpi(UINV);
    vcpu.enter();
    machine.expectNothing();
    vcpu.leave();
    verifyProcessed(thread);
    assertThat(cpu.lapic()).isIdle();
  }

  @Test
  @Covers("UINTR-VMX-003")
  void notificationsExitAsOtherInterruptsDo(Cpu cpu) {
    UserThread thread = posted(cpu);
    Vcpu vcpu = guest(cpu);
    cpu.lapic().sendSelfIpi(UINV);
    vcpu.enter();
    assertThat(vcpu.exit()).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    assertThat(thread.requests()).as("UIRR").isZero();
    assertThat(cpu.lapic()).requests(UINV);
    // the host takes it as its own
    thread.enable(true);
    cpu.run(new Instruction.Sti(), NOP, NOP, new Instruction.Cli());
    verifyProcessed(thread);
  }

  @Test
  @Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("UINTR-VMX-003")
  void thatOfPostedInterruptsComesBeforeThatOfUserInterrupts(Cpu cpu) {
    UserThread thread = posted(cpu);
    int notification = ApicGuest.NOTIFICATION_VECTOR;
    cpu.wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(0, notification).raw());
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.VIRTUALIZE_X2APIC_MODE);
    UserThread.enable(guest.vcpu(), true);
    guest.prepare(0, 0, 0, true);
    guest.descriptor().request(OTHER);
    cpu.lapic().sendSelfIpi(notification);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(OTHER);
    guest.vcpu().leave();
    assertThat(thread.requests()).as("UIRR").isZero();
    assertThat(thread.descriptor().pir()).as("PIR of the user descriptor").isEqualTo(REQUEST);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("UINTR-VMX-007")
  void anExitOfTheirProcessingShowsTheNotification(Cpu cpu) {
    UserThread thread = posted(cpu);
    for (boolean injected : new boolean[] {true, false}) {
      ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
      UserThread.enable(guest.vcpu(), true);
      cpu.wrmsr(Msr.IA32_UINTR_PD, guest.accessPage());
      if (injected) {
        inject(guest.vcpu(), UINV);
      } else {
        guest.vcpu().clear(VmxControl.EXTERNAL_INTERRUPT_EXITING);
        guest.vcpu().setInterruptFlag(true);
        cpu.lapic().sendSelfIpi(UINV);
      }
      guest.vcpu().enter();
      assertThat(guest.vcpu().exit())
          .hasReason(ExitReason.APIC_ACCESS)
          .hasNoInterruption()
          .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, UINV);
      assertThat(thread.requests()).as("UIRR").isZero();
      assertThat(cpu.lapic()).isIdle();
    }
  }

  @Test
  @Requires(
      value = {
        Feature.VIRTUAL_INTERRUPT_DELIVERY,
        Feature.VIRTUALIZE_X2APIC_MODE,
        Feature.HLT_ACTIVITY
      },
      stimuli = Stimulus.DEVICE_WRITE)
  @Covers("UINTR-VMX-004")
  void aVirtualNotificationLeavesTheGuestInHlt(Machine machine, Cpu cpu) {
    UserThread thread = posted(cpu);
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.VIRTUAL_INTERRUPT_DELIVERY, VmxControl.VIRTUALIZE_X2APIC_MODE);
    UserThread.enable(guest.vcpu(), true);
    guest.setEoiExits(Vectors.range(0, 0xFF));
    guest.page().setVirr(VectorSet.of(UINV));
    guest.prepare(UINV, 0, 0, true);
    guest.vcpu().write(VmcsField.GUEST_ACTIVITY_STATE, HLT);
    guest.vcpu().enter();
    machine.expectNothing();
    Messages.edge(cpu, OTHER);
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasActivity(ActivityState.HLT);
    verifyProcessed(thread);
    assertThat(guest.page().visr()).isEmptySet();
    assertThat(guest.svi()).as("SVI").isZero();
    cpu.sti();
    cpu.serve(OTHER);
  }

  @Test
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers("UINTR-VMX-005")
  void whatTheHostRequestsIsDeliveredToTheUserModeOfTheGuest(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    Vcpu vcpu = guest(cpu);
    vcpu.enter();
    vcpu.guest().run(new Instruction.EnterUser(), STUI);
    vcpu.leave();
    thread.request(REQUEST);
    vcpu.enter();
    vcpu.guest().takeUserInterrupt(VECTOR);
    vcpu.guest().iret();
    vcpu.guest().run(new Instruction.LeaveUser());
    vcpu.leave();
    assertThat(thread.requests()).as("UIRR").isZero();
  }

  @Test
  @Requires(stimuli = {Stimulus.USER_MODE, Stimulus.USER_INTERRUPTS})
  @Covers({"UINTR-VMX-005", "UINTR-DEL-001", "UINTR-DEL-002"})
  void theShadowOfMovSsDelaysItAndThatOfStiDoesNot(Cpu cpu) {
    UserThread thread = UserThread.receivingOn(cpu);
    for (int shadow :
        new int[] {0, Interruptibility.BLOCKING_BY_STI, Interruptibility.BLOCKING_BY_MOV_SS}) {
      thread.request(0);
      Vcpu vcpu = guest(cpu);
      vcpu.setInterruptFlag(true);
      vcpu.enter();
      BlockRun run = vcpu.guest().start(new Instruction.EnterUser(), STUI, CPUID, NOP, NOP);
      VmExit exit = vcpu.exit(ExitReason.CPUID);
      vcpu.skip(exit);
      vcpu.write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, shadow);
      thread.request(REQUEST);
      vcpu.enter();
      assertThat(vcpu.guest().takeUserInterrupt(VECTOR))
          .interruptedAt(run, shadow == Interruptibility.BLOCKING_BY_MOV_SS ? 4 : 3);
      vcpu.guest().iret();
      vcpu.guest().run(new Instruction.LeaveUser());
      vcpu.leave();
    }
  }

  @Test
  @Covers({"UINTR-VMX-006", "VMX-INJ-028"})
  void anInjectedNotificationIsProcessed(Machine machine, Cpu cpu) {
    UserThread thread = posted(cpu);
    Vcpu vcpu = guest(cpu);
    inject(vcpu, UINV);
    vcpu.enter();
    machine.expectNothing();
    vcpu.leave();
    verifyProcessed(thread);
    assertThat(thread.descriptor().control() & UserPostedInterruptDescriptor.ON).as("ON").isZero();
  }

  @Test
  @Covers({"UINTR-VMX-006", "VMX-INJ-028"})
  void theProcessorSendsNoEoiForAnInjectedNotification(Cpu cpu) {
    UserThread thread = posted(cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(OTHER);
    cpu.takeInterrupt(OTHER);
    Vcpu vcpu = guest(cpu);
    inject(vcpu, UINV);
    vcpu.enter();
    vcpu.leave();
    verifyProcessed(thread);
    assertThat(cpu.lapic()).isServicing(OTHER);
    cpu.finishInterrupt();
  }

  @Test
  @Covers({"UINTR-VMX-006", "VMX-INJ-028"})
  void otherInjectedInterruptsAreDelivered(Cpu cpu) {
    UserThread thread = posted(cpu);
    Vcpu vcpu = guest(cpu);
    inject(vcpu, UINV + 1);
    vcpu.enter();
    vcpu.guest().takeInterrupt(UINV + 1);
    vcpu.leave();
    UserThread.enable(vcpu, false);
    inject(vcpu, UINV);
    vcpu.enter();
    vcpu.guest().takeInterrupt(UINV);
    vcpu.leave();
    assertThat(thread.requests()).as("UIRR").isZero();
  }

  private static void inject(Vcpu vcpu, int vector) {
    vcpu.setInterruptFlag(true);
    vcpu.write(
        VmcsField.ENTRY_INTERRUPTION_INFORMATION,
        Integer.toUnsignedLong(InterruptionInformation.VALID | vector));
  }
}
