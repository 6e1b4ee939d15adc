package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Rflags;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
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
import io.apictck.suites.support.LapicState;
import io.apictck.suites.support.SelfIpi;
import org.junit.jupiter.api.Test;

/** How recognized virtual interrupts are delivered (SDM, "Virtual-Interrupt Delivery"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class DeliveryTests {
  private static final int VECTOR = 0x51;
  private static final int GP = 13;
  private static final int IDT_ENTRY = 16;

  @Test
  @Covers("APICV-DELV-001")
  void waitsForTheEndOfTheShadowOfSti(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(VECTOR, 0, 0, false);
    guest.vcpu().enter();
    machine.expectNothing();
    BlockRun run =
        guest.guest().start(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 2);
    guest.guest().finishInterrupt();
  }

  @Test
  @Covers("APICV-DELV-002")
  void movesTheVectorFromRequestToService(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVirr(VectorSet.of(0x41, 0x73));
    guest.prepare(0x73, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(0x73);
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(0x73);
    assertThat(guest.page().virr()).containsExactlyVectors(0x41);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x73);
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x41);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x70);
    guest.vcpu().enter();
    guest.guest().finishInterrupt();
    guest.guest().serve(0x41);
    guest.guest().cli();
    guest.vcpu().leave();
    assertThat(guest.page().visr()).isEmptySet();
    assertThat(guest.page().virr()).isEmptySet();
    assertThat(guest.vcpu().read(VmcsField.GUEST_INTERRUPT_STATUS)).as("RVI and SVI").isZero();
  }

  @Test
  @Requires(stimuli = Stimulus.GATES)
  @Covers("APICV-DELV-003")
  void entersItsHandlerAsAPhysicalInterruptDoes(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    for (boolean trap : new boolean[] {false, true}) {
      machine.gate(VECTOR, trap);
      cpu.sti();
      BlockRun physicalRun = cpu.start(SelfIpi.of(cpu.lapic(), VECTOR), new Instruction.Nop());
      InterruptFrame physical = cpu.takeInterrupt(VECTOR);
      final boolean enabled = cpu.interruptsEnabled();
      assertThat(physical).isExternal().interruptedAt(physicalRun, 1);
      cpu.finishInterrupt();
      cpu.cli();
      guest.prepare(0, 0, 0, true);
      guest.vcpu().enter();
      BlockRun run =
          guest
              .guest()
              .start(new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR), new Instruction.Nop());
      InterruptFrame virtual = guest.guest().takeInterrupt(VECTOR);
      assertThat(virtual).isExternal().interruptedAt(run, 1);
      assertThat(virtual.rflags() & (Rflags.IF | Rflags.TF))
          .as("IF and TF as saved")
          .isEqualTo(physical.rflags() & (Rflags.IF | Rflags.TF));
      assertThat(guest.guest().interruptsEnabled())
          .as("IF in the handler behind %s", trap ? "a trap gate" : "an interrupt gate")
          .isEqualTo(enabled);
      guest.guest().finishInterrupt();
      guest.guest().cli();
      guest.vcpu().leave();
    }
  }

  @Test
  @Covers("APICV-DELV-004")
  void leavesThePhysicalApicAlone(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cpu.lapic().setTpr(0x30);
    LapicState before = LapicState.of(cpu.lapic());
    guest.page().setVirr(VectorSet.of(VECTOR));
    guest.prepare(VECTOR, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(VECTOR);
    guest.vcpu().leave();
    assertThat(LapicState.of(cpu.lapic())).as("physical APIC in the handler").isEqualTo(before);
    guest.vcpu().enter();
    guest.guest().finishInterrupt();
    guest.vcpu().leave();
    assertThat(LapicState.of(cpu.lapic())).as("physical APIC at the end").isEqualTo(before);
    assertThat(guest.vcpu().entries()).as("entries, one for each VMCALL").isEqualTo(2);
    cpu.lapic().setTpr(0);
  }

  @Test
  @Sweep
  @Covers("APICV-DELV-005")
  void aHigherClassPreemptsAHandler(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    int running = 0x64;
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    cases.range(
        0x40,
        0xFF,
        vector -> {
          guest.guest().wrmsr(Guests.SELF_IPI, running);
          guest.guest().takeInterrupt(running);
          guest.guest().sti();
          guest.guest().start(new Instruction.Wrmsr(Guests.SELF_IPI, vector));
          if (vector >>> 4 > running >>> 4) {
            guest.guest().serve(vector);
            guest.guest().finishInterrupt();
          } else {
            guest.guest().nop();
            guest.guest().start(guest.guest().lapic().endingInterrupt());
            guest.guest().serve(vector);
            guest.guest().iret();
          }
        });
  }

  @Test
  @Covers("APICV-DELV-006")
  void endsRecognitionUntilTheNextEvaluation(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    // RVI is below the highest request: the delivery makes that one RVI, and nothing evaluates it
    guest.page().setVirr(VectorSet.of(0x41, 0x73));
    guest.prepare(0x41, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(0x41);
    guest.guest().sti();
    machine.expectNothing();
    BlockRun run =
        guest.guest().start(guest.guest().lapic().endingInterrupt(), new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(0x73)).interruptedAt(run, 1);
    guest.guest().finishInterrupt();
    guest.guest().iret();
  }

  @Test
  @Covers("APICV-DELV-006")
  void theNextOneWaitsForTheEndOfTheFirst(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVirr(VectorSet.of(0x41, 0x73));
    guest.prepare(0x73, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().takeInterrupt(0x73);
    guest.guest().sti();
    machine.expectNothing();
    guest.guest().start(guest.guest().lapic().endingInterrupt());
    guest.guest().serve(0x41);
    guest.guest().iret();
  }

  @Test
  @Covers("APICV-DELV-012")
  void interruptWindowExitingExitsInItsPlace(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().set(VmxControl.INTERRUPT_WINDOW_EXITING);
    guest.page().setVirr(VectorSet.of(VECTOR));
    guest.prepare(VECTOR, 0, 0, true);
    assertThat(guest.vcpu().enterUntilExit()).hasReason(ExitReason.INTERRUPT_WINDOW);
    assertThat(guest.rvi()).as("RVI").isEqualTo(VECTOR);
    assertThat(guest.svi()).as("SVI").isZero();
    assertThat(guest.page().virr()).containsExactlyVectors(VECTOR);
    assertThat(guest.page().visr()).isEmptySet();
    guest.vcpu().clear(VmxControl.INTERRUPT_WINDOW_EXITING);
    guest.vcpu().enter();
    guest.guest().serve(VECTOR);
  }

  @Test
  @Covers("APICV-DELV-011")
  void anExitOnTheWayToItsHandlerNamesIt(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    long limit = guest.vcpu().read(VmcsField.GUEST_IDTR_LIMIT);
    guest.vcpu().write(VmcsField.GUEST_IDTR_LIMIT, VECTOR * IDT_ENTRY - 1);
    guest.vcpu().write(VmcsField.EXCEPTION_BITMAP, 1 << GP);
    guest.page().setVirr(VectorSet.of(0x31, VECTOR));
    guest.prepare(VECTOR, 0, 0, true);
    VmExit exit = guest.vcpu().enterUntilExit();
    assertThat(exit)
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, VECTOR);
    assertThat(exit.interruption().vector()).as("vector of the exception").isEqualTo(GP);
    assertThat(guest.svi()).as("SVI").isEqualTo(VECTOR);
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x31);
    assertThat(guest.page().visr()).containsExactlyVectors(VECTOR);
    assertThat(guest.page().virr()).containsExactlyVectors(0x31);
    guest.vcpu().write(VmcsField.GUEST_IDTR_LIMIT, limit);
    guest.vcpu().enter();
    // it was delivered as far as the virtual APIC knows
    guest.guest().start(guest.guest().lapic().endingInterrupt());
    guest.guest().serve(0x31);
  }

  @Test
  @Sweep
  @Covers("APICV-STA-001")
  void eachVectorHasItsBitInRequestsAndService(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cases.range(
        0x20,
        0xFF,
        vector -> {
          int bit = 1 << (vector & 0x1F);
          guest.vcpu().setInterruptFlag(false);
          guest.vcpu().enter();
          guest.guest().wrmsr(Guests.SELF_IPI, vector);
          guest.vcpu().leave();
          assertThat(guest.page().read(VirtualApicPage.doubleword(VirtualApicPage.VIRR, vector)))
              .as("its doubleword of VIRR")
              .isEqualTo(bit);
          assertThat(guest.page().virr()).containsExactlyVectors(vector);
          guest.vcpu().setInterruptFlag(true);
          guest.vcpu().enter();
          guest.guest().takeInterrupt(vector);
          guest.vcpu().leave();
          assertThat(guest.page().read(VirtualApicPage.doubleword(VirtualApicPage.VISR, vector)))
              .as("its doubleword of VISR")
              .isEqualTo(bit);
          assertThat(guest.page().visr()).containsExactlyVectors(vector);
          assertThat(guest.page().virr()).isEmptySet();
          guest.vcpu().enter();
          guest.guest().finishInterrupt();
          guest.vcpu().leave();
        });
  }

  @Test
  @Covers("APICV-STA-002")
  void onlyTheLowFourBytesOfEachSlotAreWritten(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    for (int slot = 0; slot < VirtualApicPage.SIZE; slot += 16) {
      for (int offset = slot + 4; offset < slot + 16; offset += 4) {
        guest.page().write(offset, -1);
      }
    }
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    for (int vector = 0x20; vector <= 0xFF; vector++) {
      guest.guest().wrmsr(Guests.SELF_IPI, vector);
    }
    // all wait at once, and come from above
    guest.guest().setCr8(0xF);
    for (int vector = 0x20; vector < 0xF0; vector++) {
      guest.guest().wrmsr(Guests.SELF_IPI, vector);
    }
    guest.guest().setCr8(0);
    assertThat(taken).hasCount(0xE0 + 0xD0);
    guest.vcpu().leave();
    int[] image = guest.page().image();
    for (int word = 0; word < image.length; word++) {
      boolean low = word % 4 == 0;
      // WRMSR of SELF IPI and EOI stores eight bytes
      boolean stored =
          word == VirtualApicPage.SELF_IPI / 4 + 1 || word == VirtualApicPage.VEOI / 4 + 1;
      if (!low && !stored) {
        assertThat(image[word]).as("doubleword at %xh", word * 4).isEqualTo(-1);
      }
    }
  }

  @Test
  @Covers("APICV-STA-003")
  void theInterruptStatusIsLoadedAndSaved(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0x41, 0x73, 0, false);
    guest.vcpu().enter();
    guest.guest().wrmsr(Guests.SELF_IPI, 0x52);
    guest.vcpu().leave();
    assertThat(guest.vcpu().read(VmcsField.GUEST_INTERRUPT_STATUS))
        .as("RVI and SVI")
        .isEqualTo(0x7352);
  }

  @Test
  @Covers("APICV-STA-003")
  void theInterruptStatusIsNotUsedWithoutVirtualInterruptDelivery(Machine machine, Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE);
    guest.prepare(0x51, 0x42, 0, true);
    guest.vcpu().enter();
    machine.expectNothing();
    guest.guest().setCr8(0);
    guest.vcpu().leave();
    assertThat(guest.vcpu().read(VmcsField.GUEST_INTERRUPT_STATUS))
        .as("guest interrupt status")
        .isEqualTo(0x4251);
    assertThat(guest.page().vppr()).as("VPPR").isZero();
  }
}
