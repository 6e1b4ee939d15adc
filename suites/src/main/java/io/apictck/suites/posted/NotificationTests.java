package io.apictck.suites.posted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.GuestSignals;
import org.junit.jupiter.api.Test;

/** When notifications are processed, and when they are ordinary interrupts. */
@Conformance
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
@SuppressWarnings("EnumOrdinal") // activity states stand in the order of their numbers
final class NotificationTests {
  private static final int VECTOR = 0x51;

  private static void isProcessed(ApicGuest guest) {
    assertThat(guest.descriptor().pir()).isEmptySet();
    assertThat(guest.descriptor().on()).as("ON").isFalse();
    assertThat(guest.page().virr()).containsExactlyVectors(VECTOR);
    assertThat(guest.rvi()).as("RVI").isEqualTo(VECTOR);
  }

  private static void isUntouched(ApicGuest guest) {
    assertThat(guest.descriptor().pir()).containsExactlyVectors(VECTOR);
    assertThat(guest.descriptor().on()).as("ON").isTrue();
    assertThat(guest.page().virr()).isEmptySet();
    assertThat(guest.rvi()).as("RVI").isZero();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("PI-WHEN-001")
  void ifOfTheGuestDoesNotMatter(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().enter();
    guest.guest().cli();
    PostedGuest.post(guest, machine.cpu(1), VECTOR);
    machine.expectNothing();
    guest.vcpu().leave();
    isProcessed(guest);
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }

  @Test
  @Covers("PI-WHEN-002")
  void thePhysicalTaskPriorityHoldsThemBack(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    cpu.lapic().setTpr(PostedGuest.NV & 0xF0);
    PostedGuest.postAtHome(guest, VECTOR);
    guest.vcpu().enter();
    guest.guest().nop();
    guest.vcpu().leave();
    isUntouched(guest);
    cpu.lapic().setTpr(0);
    guest.vcpu().enter();
    guest.vcpu().leave();
    isProcessed(guest);
  }

  @Test
  @Covers("PI-WHEN-003")
  void inTheHostTheyAreOrdinaryInterrupts(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, VECTOR);
    cpu.sti();
    cpu.takeInterrupt(PostedGuest.NV);
    assertThat(cpu.lapic()).isServicing(PostedGuest.NV);
    cpu.finishInterrupt();
    isUntouched(guest);
  }

  @Test
  @Covers("PI-WHEN-004")
  void oneThatWaitsAtVmEntryComesBeforeTheFirstInstruction(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(new Instruction.Vmcall(), new Instruction.Nop(), new Instruction.Nop());
    guest.vcpu().skip(guest.vcpu().exit(ExitReason.VMCALL));
    PostedGuest.postAtHome(guest, VECTOR);
    guest.vcpu().setInterruptFlag(true);
    guest.vcpu().enter();
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 1);
    guest.guest().finishInterrupt();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(2);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("PI-WHEN-005")
  void theGuestGoesOnHaltingWhileIfIsClear(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(new Instruction.Hlt(), new Instruction.Nop());
    PostedGuest.post(guest, machine.cpu(1), VECTOR);
    machine.expectNothing();
    assertThat(run.running()).as("the guest halts").isTrue();
    assertThat(GuestSignals.nmi(guest.vcpu(), machine.cpu(1)))
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .isAt(run, 1)
        .hasActivity(ActivityState.HLT);
    isProcessed(guest);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("PI-WHEN-005")
  void aDeliveryEndsHlt(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    // one without requests does not
    machine.cpu(1).run(PostedGuest.notifying(guest, machine.cpu(1)));
    machine.expectNothing();
    assertThat(run.running()).as("the guest halts").isTrue();
    PostedGuest.post(guest, machine.cpu(1), VECTOR);
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 2);
    guest.guest().finishInterrupt();
    assertThat(run.completed()).as("the block goes on").isTrue();
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.MONITOR_MWAIT)
  @Covers("PI-WHEN-006")
  void anyOfThemEndsMwait(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Monitor(machine.scratch(0)),
                new Instruction.Mwait(0),
                new Instruction.Nop());
    machine.cpu(1).run(PostedGuest.notifying(guest, machine.cpu(1)));
    assertThat(machine.settle(run::completed)).as("the guest goes on").isTrue();
    assertThat(guest.vcpu().leave()).hasActivity(ActivityState.ACTIVE);
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("PI-WHEN-007")
  void theyWaitForTheEndOfShutdown(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, VECTOR);
    guest.vcpu().write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.SHUTDOWN.ordinal());
    guest.vcpu().enter();
    machine.expectNothing();
    assertThat(GuestSignals.nmi(guest.vcpu(), machine.cpu(1)))
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasActivity(ActivityState.SHUTDOWN);
    waits(guest, cpu);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("PI-WHEN-007")
  void theyWaitForTheStartUpIpi(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, VECTOR);
    guest.vcpu().write(VmcsField.GUEST_ACTIVITY_STATE, ActivityState.WAIT_FOR_SIPI.ordinal());
    guest.vcpu().enter();
    machine.expectNothing();
    assertThat(GuestSignals.startUp(guest.vcpu(), machine.cpu(1), 0x9A)).hasReason(ExitReason.SIPI);
    waits(guest, cpu);
  }

  private static void waits(ApicGuest guest, Cpu cpu) {
    isUntouched(guest);
    assertThat(cpu.lapic()).requests(PostedGuest.NV).isServicingNothing();
    cpu.sti();
    cpu.serve(PostedGuest.NV);
  }

  @Test
  @Covers("PI-WHEN-009")
  void withoutTheControlTheyExit(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, VECTOR);
    guest.vcpu().clear(VmxControl.PROCESS_POSTED_INTERRUPTS);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, PostedGuest.NV);
    isUntouched(guest);
    cpu.lapic().eoi();
  }

  @Test
  @Covers("PI-WHEN-009")
  void theControlOfAnotherVmcsDoesNotMatter(Cpu cpu) {
    ApicGuest with = PostedGuest.of(cpu);
    with.vcpu().enter();
    with.vcpu().leave();
    ApicGuest without =
        ApicGuest.of(
            cpu,
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
            VmxControl.VIRTUALIZE_X2APIC_MODE,
            VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    PostedGuest.postAtHome(with, VECTOR);
    assertThat(without.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, PostedGuest.NV);
    isUntouched(with);
    cpu.lapic().eoi();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("PI-WHEN-010")
  void interruptWindowExitingHoldsBackTheRecognition(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    guest.vcpu().enter();
    PostedGuest.post(guest, machine.cpu(1), VECTOR);
    machine.expectNothing();
    assertThat(guest.vcpu().run(new Instruction.Sti(), new Instruction.Nop()))
        .hasReason(ExitReason.INTERRUPT_WINDOW);
    isProcessed(guest);
    assertThat(guest.page().visr()).isEmptySet();
  }

  @Test
  @Covers("PI-WHEN-011")
  void onlyTheDescriptorOfTheRunningGuestIsTouched(Cpu cpu) {
    ApicGuest first = PostedGuest.of(cpu);
    ApicGuest second = PostedGuest.of(cpu);
    first.descriptor().request(VECTOR);
    cpu.run(PostedGuest.settingOn(first));
    PostedGuest.postAtHome(second, VECTOR);
    second.vcpu().enter();
    second.vcpu().leave();
    isProcessed(second);
    isUntouched(first);
    cpu.lapic().sendSelfIpi(PostedGuest.NV);
    first.vcpu().enter();
    first.vcpu().leave();
    isProcessed(first);
  }
}
