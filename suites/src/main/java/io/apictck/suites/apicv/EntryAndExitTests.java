package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.Interruptibility;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/** Virtual interrupts over VM entries and exits (SDM, "Special Features of VM Entry"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class EntryAndExitTests {
  private static final int VECTOR = 0x51;
  private static final int INJECTED = 0x45;

  @Test
  @Covers({"APICV-ENT-001", "APICV-ENT-004"})
  void nothingButVppr(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    // none of this fits together
    guest.page().setVirr(VectorSet.of(0x81));
    guest.page().setVisr(VectorSet.of(0x33, 0x91));
    guest.page().write(VirtualApicPage.VPPR, 0xF0);
    guest.prepare(0x61, 0x52, 0x2A, false);
    final int[] expected = guest.page().image();
    guest.vcpu().enter();
    guest.vcpu().leave();
    expected[VirtualApicPage.VPPR / 4] = 0x50;
    int[] image = guest.page().image();
    for (int word = 0; word < image.length; word++) {
      assertThat(image[word]).as("doubleword at %xh", word * 4).isEqualTo(expected[word]);
    }
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x61);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x52);
  }

  @Test
  @Requires(stimuli = Stimulus.GATES)
  @Covers("APICV-ENT-002")
  void deliveryComesAfterTheInjectedEvent(Machine machine, Cpu cpu) {
    machine.gate(INJECTED, true);
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, true);
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(
                InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, INJECTED).raw()));
    guest.vcpu().enter();
    guest.guest().takeInterrupt(INJECTED);
    InterruptFrame nested = guest.guest().takeInterrupt(VECTOR);
    assertThat(nested).interruptedIdle().interruptedWithInterruptsEnabled();
    assertThat(guest.guest().depth()).as("handlers").isEqualTo(2);
    guest.guest().finishInterrupt();
    guest.guest().iret();
  }

  @Test
  @Covers("APICV-ENT-002")
  void deliveryWaitsForTheInjectedEventWhoseHandlerClearsIf(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, true);
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(
                InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, INJECTED).raw()));
    guest.vcpu().enter();
    guest.guest().takeInterrupt(INJECTED);
    guest.guest().nop();
    guest.guest().start(new Instruction.Iret());
    guest.guest().serve(VECTOR);
  }

  @Test
  @Covers({"APICV-ENT-003", "APICV-DELV-001"})
  void blockingDelaysDeliveryByOneInstruction(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().set(VmxControl.PAUSE_EXITING);
    for (int blocking :
        new int[] {0, Interruptibility.BLOCKING_BY_STI, Interruptibility.BLOCKING_BY_MOV_SS}) {
      guest.vcpu().setInterruptFlag(false);
      guest.vcpu().enter();
      // nothing is behind PAUSE that would store results
      BlockRun run =
          guest
              .guest()
              .start(
                  new Instruction.Pause(),
                  new Instruction.Nop(),
                  new Instruction.Nop(),
                  new Instruction.Nop());
      guest.vcpu().skip(guest.vcpu().exit(ExitReason.PAUSE));
      guest.prepare(VECTOR, 0, 0, true);
      guest.vcpu().write(VmcsField.GUEST_INTERRUPTIBILITY_STATE, blocking);
      guest.vcpu().enter();
      assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, blocking == 0 ? 1 : 2);
      guest.guest().finishInterrupt();
      guest.guest().cli();
      guest.vcpu().leave();
    }
  }

  @Test
  @Covers("APICV-ENT-005")
  void anExitBeforeTheDeliveryLosesNothing(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().enter();
    guest.guest().wrmsr(Guests.SELF_IPI, VECTOR);
    guest.vcpu().leave();
    assertThat(guest.rvi()).as("RVI").isEqualTo(VECTOR);
    assertThat(guest.svi()).as("SVI").isZero();
    guest.vcpu().setInterruptFlag(true);
    guest.vcpu().enter();
    guest.guest().serve(VECTOR);
  }

  @Test
  @Covers("APICV-ENT-005")
  void anExitInTheHandlerLosesNothing(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVirr(VectorSet.of(0x41, VECTOR));
    guest.prepare(VECTOR, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(VECTOR);
    for (int i = 0; i < 3; i++) {
      guest.vcpu().leave();
      guest.vcpu().enter();
    }
    guest.guest().finishInterrupt();
    guest.guest().serve(0x41);
  }

  @Test
  @Covers("APICV-ENT-006")
  void theInterruptWindowTakesTurnsWithDelivery(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    for (int round = 0; round < 100; round++) {
      int vector = 0x20 + round;
      guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
      guest.vcpu().setInterruptFlag(false);
      guest.vcpu().enter();
      guest.guest().wrmsr(Guests.SELF_IPI, vector);
      assertThat(guest.vcpu().run(new Instruction.Sti(), new Instruction.Nop()))
          .hasReason(ExitReason.INTERRUPT_WINDOW);
      assertThat(taken).as("deliveries of round %d while the control is 1", round).hasCount(0);
      guest.vcpu().clear(VmxControl.INTERRUPT_WINDOW_EXITING);
      guest.vcpu().enter();
      assertThat(taken).as("deliveries of round %d", round).hasVectors(vector);
      taken.clear();
      guest.vcpu().leave();
    }
  }

  @Test
  @Records
  @Requires(Feature.MONITOR_TRAP_FLAG)
  @Covers("APICV-ENT-008")
  void recordsTheOrderOfDeliveryAndMonitorTrap(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().set(VmxControl.MONITOR_TRAP_FLAG);
    guest.prepare(VECTOR, 0, 0, true);
    VmExit exit = guest.vcpu().enterUntilExit();
    boolean delivered = takesBeforeTheExit(guest);
    assertThat(exit).hasReason(ExitReason.MONITOR_TRAP_FLAG);
    machine.observe(
        "monitor trap with a virtual interrupt that can be delivered",
        delivered ? "exits after the delivery" : "exits before the delivery");
    guest.vcpu().clear(VmxControl.MONITOR_TRAP_FLAG);
    guest.vcpu().enter();
    finish(guest, delivered);
  }

  /** Whether the virtual interrupt was delivered before the guest exited. */
  private static boolean takesBeforeTheExit(ApicGuest guest) {
    boolean delivered = guest.guest().hasUntakenInterrupt();
    if (delivered) {
      guest.guest().takeInterrupt(VECTOR);
    }
    assertThat(guest.svi()).as("SVI").isEqualTo(delivered ? VECTOR : 0);
    assertThat(guest.rvi()).as("RVI").isEqualTo(delivered ? 0 : VECTOR);
    return delivered;
  }

  private static void finish(ApicGuest guest, boolean delivered) {
    if (!delivered) {
      guest.guest().takeInterrupt(VECTOR);
    }
    guest.guest().finishInterrupt();
  }

  @Test
  @Records
  @Covers("APICV-DELV-007")
  void recordsTheOrderOfDeliveryAndExternalInterrupts(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, true);
    cpu.lapic().sendSelfIpi(0x61);
    VmExit exit = guest.vcpu().enterUntilExit();
    boolean delivered = takesBeforeTheExit(guest);
    assertThat(exit).hasReason(ExitReason.EXTERNAL_INTERRUPT);
    machine.observe(
        "external interrupt with a virtual one that can be delivered",
        delivered ? "exits after the delivery" : "exits before the delivery");
    cpu.sti();
    cpu.serve(0x61);
    cpu.cli();
    guest.vcpu().enter();
    finish(guest, delivered);
  }
}
