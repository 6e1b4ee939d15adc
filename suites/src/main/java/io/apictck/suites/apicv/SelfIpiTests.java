package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** IPIs of a guest to itself (SDM, "Self-IPI Virtualization", "APIC-Write Emulation"). */
@Conformance
@Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
final class SelfIpiTests {
  private static final int FIRST_LEGAL = 0x10;
  private static final int VECTOR = 0x51;
  private static final InterruptCommand SELF =
      InterruptCommand.of(VECTOR).withShorthand(Shorthand.SELF);

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-001")
  void requestsTheVectorAndRaisesRvi(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0x60, 0, 0, false);
    guest.vcpu().enter();
    guest.guest().wrmsr(Guests.SELF_IPI, 0x5F);
    guest.vcpu().leave();
    assertThat(guest.page().virr()).containsExactlyVectors(0x5F);
    assertThat(guest.rvi()).as("RVI, which was higher").isEqualTo(0x60);
    guest.vcpu().enter();
    guest.guest().wrmsr(Guests.SELF_IPI, 0x61);
    guest.vcpu().leave();
    assertThat(guest.page().virr()).containsExactlyVectors(0x5F, 0x61);
    assertThat(guest.rvi()).as("RVI, which was lower").isEqualTo(0x61);
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"APICV-IPI-002", "APICV-IPI-004"})
  void eachFixedSelfIpiOfThePageIsVirtualized(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withPage(cpu);
    cases.range(
        FIRST_LEGAL,
        0xFF,
        vector -> {
          for (boolean logical : new boolean[] {false, true}) {
            for (boolean asserted : new boolean[] {false, true}) {
              InterruptCommand command =
                  SELF.withVector(vector).withLogical(logical).withLevelAssert(asserted);
              guest.page().setVirr(VectorSet.of());
              guest.setInterruptStatus(0, 0);
              guest.vcpu().enter();
              guest.guest().write32(guest.accessPage() + VirtualApicPage.VICR_LO, command.low());
              guest.vcpu().leave();
              assertThat(guest.page().virr()).as("VIRR").containsExactlyVectors(vector);
              assertThat(guest.rvi()).as("RVI").isEqualTo(vector);
            }
          }
        });
  }

  private static List<InterruptCommand> notVirtualized() {
    List<InterruptCommand> commands = new ArrayList<>();
    for (Shorthand shorthand : Shorthand.values()) {
      if (shorthand != Shorthand.SELF) {
        commands.add(SELF.withShorthand(shorthand));
      }
    }
    for (DeliveryMode mode : DeliveryMode.values()) {
      if (mode != DeliveryMode.FIXED) {
        commands.add(SELF.withDeliveryMode(mode));
      }
    }
    commands.add(SELF.withTriggerLevel(true));
    for (int vector = 0; vector < FIRST_LEGAL; vector++) {
      commands.add(SELF.withVector(vector));
    }
    for (int bit : new int[] {12, 13, 16, 17}) {
      commands.add(InterruptCommand.of(SELF.raw() | 1L << bit));
    }
    for (int bit = 20; bit < Integer.SIZE; bit++) {
      commands.add(InterruptCommand.of(SELF.raw() | 1L << bit));
    }
    return commands;
  }

  private static void exits(ApicGuest guest, InterruptCommand command) {
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                new Instruction.Store(
                    guest.accessPage() + VirtualApicPage.VICR_LO,
                    4,
                    Integer.toUnsignedLong(command.low())),
                new Instruction.Nop());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(VirtualApicPage.VICR_LO)
        .isAt(run, 1);
    assertThat(guest.page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isEqualTo(command.low());
    assertThat(guest.page().virr()).isEmptySet();
    assertThat(guest.rvi()).as("RVI").isZero();
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("APICV-IPI-003")
  void allElseOfThePageExits(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    for (InterruptCommand command : notVirtualized()) {
      exits(guest, command);
    }
  }

  @Test
  @Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.APIC_REGISTER_VIRTUALIZATION})
  @Covers("APICV-IPI-005")
  void exitsWithoutVirtualInterruptDelivery(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(
            cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.APIC_REGISTER_VIRTUALIZATION);
    exits(guest, SELF);
    exits(guest, SELF.withLevelAssert(true));
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-006")
  void theMsrTakesLegalVectorsAndExitsForOthers(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cases.range(
        0,
        0xFF,
        vector -> {
          guest.page().setVirr(VectorSet.of());
          guest.page().write64(VirtualApicPage.SELF_IPI, -1);
          guest.setInterruptStatus(0, 0);
          guest.vcpu().enter();
          if (vector < FIRST_LEGAL) {
            BlockRun run =
                guest
                    .guest()
                    .start(new Instruction.Wrmsr(Guests.SELF_IPI, vector), new Instruction.Nop());
            assertThat(guest.vcpu().exit())
                .hasReason(ExitReason.APIC_WRITE)
                .hasQualification(VirtualApicPage.SELF_IPI)
                .isAt(run, 1);
            assertThat(guest.page().read64(VirtualApicPage.SELF_IPI))
                .as("eight bytes at 3F0h")
                .isEqualTo(vector);
            assertThat(guest.page().virr()).isEmptySet();
            guest.vcpu().enter();
            guest.vcpu().leave();
          } else {
            guest.guest().wrmsr(Guests.SELF_IPI, vector);
            guest.vcpu().leave();
            assertThat(guest.page().virr()).containsExactlyVectors(vector);
            assertThat(guest.rvi()).as("RVI").isEqualTo(vector);
          }
        });
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-006")
  void theMsrFaultsWithReservedBits(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().enter();
    for (int bit = Byte.SIZE; bit < Long.SIZE; bit++) {
      assertThat(guest.guest().attempt(new Instruction.Wrmsr(Guests.SELF_IPI, 1L << bit | VECTOR)))
          .as("WRMSR with bit %d", bit)
          .raisesGeneralProtection();
    }
    guest.vcpu().leave();
    assertThat(guest.page().virr()).isEmptySet();
    assertThat(guest.rvi()).as("RVI").isZero();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-007")
  void isDeliveredBehindTheWriteOfTheMsr(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0, 0, 0x40, true);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR), new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 1);
    guest.guest().finishInterrupt();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("APICV-IPI-007")
  void isDeliveredBehindTheWriteOfThePage(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    guest.prepare(0, 0, 0x40, true);
    guest.vcpu().enter();
    BlockRun run =
        guest
            .guest()
            .start(
                guest.guest().lapic().writing(LapicRegister.ICR, SELF.low()),
                new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 1);
    guest.guest().finishInterrupt();
  }

  @Test
  @Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.APIC_REGISTER_VIRTUALIZATION})
  @Covers("APICV-IPI-008")
  void theHighHalfKeepsItsHighestByte(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(
            cpu,
            VmxControl.VIRTUALIZE_APIC_ACCESSES,
            VmxControl.APIC_REGISTER_VIRTUALIZATION,
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    guest.vcpu().enter();
    guest.guest().write32(guest.accessPage() + VirtualApicPage.VICR_HI, -1);
    guest.vcpu().leave();
    assertThat(guest.page().read(VirtualApicPage.VICR_HI)).as("VICR_HI").isEqualTo(0xFF00_0000);
    assertThat(guest.page().read(VirtualApicPage.VICR_LO)).as("VICR_LO").isZero();
    assertThat(guest.page().virr()).isEmptySet();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-009")
  void oneThatIsRequestedAlreadyIsNotCounted(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    Counter taken = guest.guest().countInterrupts(VECTOR);
    guest.vcpu().enter();
    for (int i = 0; i < 3; i++) {
      guest.guest().wrmsr(Guests.SELF_IPI, VECTOR);
    }
    guest.guest().sti();
    guest.guest().nop();
    assertThat(taken).hasCount(1);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-IPI-009")
  void oneThatIsInServiceComesAgain(Machine machine, Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().start(new Instruction.Wrmsr(Guests.SELF_IPI, VECTOR));
    guest.guest().takeInterrupt(VECTOR);
    guest.guest().sti();
    guest.guest().wrmsr(Guests.SELF_IPI, VECTOR);
    machine.expectNothing();
    guest.guest().start(guest.guest().lapic().endingInterrupt());
    guest.guest().serve(VECTOR);
    guest.guest().iret();
  }
}
