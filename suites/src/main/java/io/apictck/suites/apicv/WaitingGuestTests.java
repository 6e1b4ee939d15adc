package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.GuestSignals;
import org.junit.jupiter.api.Test;

/** Virtual interrupts that meet a guest which does not run (SDM, "Virtual-Interrupt Delivery"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
@SuppressWarnings("EnumOrdinal") // activity states stand in the order of their numbers
final class WaitingGuestTests {
  private static final int VECTOR = 0xF1;

  private static ApicGuest entering(Cpu cpu, ActivityState state, boolean interruptFlag) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, interruptFlag);
    guest.vcpu().write(VmcsField.GUEST_ACTIVITY_STATE, state.ordinal());
    guest.vcpu().enter();
    return guest;
  }

  private static void isPending(ApicGuest guest) {
    assertThat(guest.rvi()).as("RVI").isEqualTo(VECTOR);
    assertThat(guest.svi()).as("SVI").isZero();
    assertThat(guest.page().visr()).isEmptySet();
  }

  @Test
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("APICV-DELV-008")
  @Ports("KUT-VMX-RVI-001")
  void endsHltThatVmEntryLoads(Cpu cpu) {
    ApicGuest guest = entering(cpu, ActivityState.HLT, true);
    guest.guest().takeInterrupt(VECTOR);
    VmExit exit = guest.vcpu().leave();
    assertThat(exit).hasActivity(ActivityState.ACTIVE);
    assertThat(guest.svi()).as("SVI").isEqualTo(VECTOR);
    guest.vcpu().enter();
    guest.guest().finishInterrupt();
    guest.guest().nop();
  }

  @Test
  @Covers({"APICV-DELV-008", "APICV-DELV-009"})
  void comesBehindTheHltThatItEnds(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR),
                new Instruction.Sti(),
                new Instruction.Hlt(),
                new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 3);
    guest.guest().finishInterrupt();
    assertThat(run.completed()).as("the block goes on behind HLT").isTrue();
  }

  @Test
  @Requires(Feature.MONITOR_MWAIT)
  @Covers("APICV-DELV-008")
  void comesBehindTheMwaitThatItEnds(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR),
                new Instruction.Monitor(machine.scratch(0)),
                new Instruction.Sti(),
                new Instruction.Mwait(0),
                new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 4);
    guest.guest().finishInterrupt();
    assertThat(run.completed()).as("the block goes on behind MWAIT").isTrue();
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.HLT_ACTIVITY)
  @Covers("APICV-DELV-010")
  void doesNotEndHltWhileIfIsClear(Machine machine, Cpu cpu) {
    ApicGuest guest = entering(cpu, ActivityState.HLT, false);
    machine.expectNothing();
    VmExit exit = GuestSignals.nmi(guest.vcpu(), machine.cpu(1));
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI).hasActivity(ActivityState.HLT);
    isPending(guest);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("APICV-DELV-010")
  void doesNotEndAnHltOfTheGuestWhileIfIsClear(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR), new Instruction.Hlt());
    machine.expectNothing();
    VmExit exit = GuestSignals.nmi(guest.vcpu(), machine.cpu(1));
    assertThat(exit)
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .isAt(run, 2)
        .hasActivity(ActivityState.HLT);
    isPending(guest);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.SHUTDOWN_ACTIVITY)
  @Covers("APICV-DELV-008")
  void doesNotEndShutdown(Machine machine, Cpu cpu) {
    ApicGuest guest = entering(cpu, ActivityState.SHUTDOWN, true);
    machine.expectNothing();
    VmExit exit = GuestSignals.nmi(guest.vcpu(), machine.cpu(1));
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI).hasActivity(ActivityState.SHUTDOWN);
    isPending(guest);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(Feature.WAIT_FOR_SIPI_ACTIVITY)
  @Covers("APICV-DELV-008")
  void doesNotEndTheWaitForSipi(Machine machine, Cpu cpu) {
    ApicGuest guest = entering(cpu, ActivityState.WAIT_FOR_SIPI, true);
    machine.expectNothing();
    VmExit exit = GuestSignals.startUp(guest.vcpu(), machine.cpu(1), 0x9A);
    assertThat(exit).hasReason(ExitReason.SIPI);
    isPending(guest);
  }

  @Test
  @Covers("APICV-DELV-007")
  void anNmiAtVmEntryComesFirst(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, true);
    // the second one waits while the host handles the first
    GuestSignals.sendNmi(cpu, cpu);
    cpu.takeNmi();
    GuestSignals.sendNmi(cpu, cpu);
    VmExit exit = guest.vcpu().enterUntilExit();
    assertThat(exit).hasReason(ExitReason.EXCEPTION_OR_NMI);
    isPending(guest);
    cpu.iret();
    guest.vcpu().enter();
    guest.guest().serve(VECTOR);
  }
}
