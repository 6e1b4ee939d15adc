package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
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
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/** EOIs of a guest with virtual-interrupt delivery (SDM, "EOI Virtualization"). */
@Conformance
@Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
final class EndOfInterruptTests {
  private static final VectorSet ALL = Vectors.range(0, 0xFF);

  private static void ends(ApicGuest guest, VectorSet inService, int svi, int left) {
    guest.page().setVisr(inService);
    guest.prepare(0, svi, 0, false);
    guest.vcpu().enter();
    guest.guest().lapic().eoi();
    guest.vcpu().leave();
    VectorSet expected = inService.copy();
    expected.remove(svi);
    assertThat(guest.page().visr()).as("VISR").isEqualTo(expected);
    assertThat(guest.svi()).as("SVI").isEqualTo(left);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(left & 0xF0);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers({"APICV-EOI-001", "APICV-EOI-002"})
  void dismissesSvi(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    ends(guest, VectorSet.of(0x41, 0x73), 0x73, 0x41);
    ends(guest, VectorSet.of(0x41), 0x41, 0);
    // SVI counts, not the highest one in service
    ends(guest, VectorSet.of(0x41, 0x73), 0x41, 0x73);
    ends(guest, VectorSet.of(0x22, 0x41, 0xF3), 0x22, 0xF3);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"APICV-EOI-001", "APICV-EOI-002", "APICV-EOI-008"})
  void dismissesSviByTheirPage(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    ends(guest, VectorSet.of(0x41, 0x73), 0x73, 0x41);
    ends(guest, VectorSet.of(0x41, 0x73), 0x41, 0x73);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("APICV-EOI-008")
  void anyValueWrittenToThePageEndsIt(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    guest.page().setVisr(VectorSet.of(0x41));
    guest.page().write(VirtualApicPage.VEOI, -1);
    guest.prepare(0, 0x41, 0, false);
    guest.vcpu().enter();
    guest.guest().lapic().write(LapicRegister.EOI, 0x1234_5678);
    guest.vcpu().leave();
    assertThat(guest.page().read(VirtualApicPage.VEOI)).as("VEOI").isZero();
    assertThat(guest.page().visr()).isEmptySet();
    assertThat(guest.svi()).as("SVI").isZero();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-009")
  void onlyZeroMayBeWrittenToTheMsr(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVisr(VectorSet.of(0x41));
    guest.prepare(0, 0x41, 0, false);
    guest.vcpu().enter();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      assertThat(guest.guest().attempt(new Instruction.Wrmsr(LapicRegister.EOI.msr(), 1L << bit)))
          .as("WRMSR with bit %d", bit)
          .raisesGeneralProtection();
    }
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(0x41);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x41);
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-003")
  void itsExitComesBehindItAndBeforeEvaluation(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.setEoiExits(ALL);
    Counter taken = guest.guest().onInterrupt(0x1F, (self, frame) -> self.iret());
    cases.range(
        0x20,
        0xFF,
        vector -> {
          guest.page().setVisr(VectorSet.of(vector));
          guest.prepare(0x1F, vector, 0, true);
          guest.vcpu().enter();
          BlockRun run =
              guest.guest().start(guest.guest().lapic().endingInterrupt(), new Instruction.Nop());
          VmExit exit = guest.vcpu().exit();
          assertThat(exit)
              .hasReason(ExitReason.VIRTUALIZED_EOI)
              .hasQualification(vector)
              .isAt(run, 1)
              .hasNoInterruption()
              .hasNoIdtVectoring();
          assertThat(guest.page().visr()).isEmptySet();
          assertThat(guest.svi()).as("SVI").isZero();
          assertThat(guest.rvi()).as("RVI").isEqualTo(0x1F);
          assertThat(guest.page().vppr()).as("VPPR").isZero();
          assertThat(taken).hasCount(0);
          guest.vcpu().enter();
          assertThat(taken).hasCount(1);
          taken.clear();
          guest.guest().cli();
          guest.vcpu().leave();
        });
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"APICV-EOI-003", "APICV-EOI-008"})
  void itsExitComesBehindTheWriteOfThePage(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    guest.setEoiExits(VectorSet.of(0x73));
    guest.page().setVisr(VectorSet.of(0x41, 0x73));
    guest.prepare(0, 0x73, 0, false);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(guest.guest().lapic().endingInterrupt(), new Instruction.Nop());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.VIRTUALIZED_EOI)
        .hasQualification(0x73)
        .isAt(run, 1);
    assertThat(guest.page().visr()).containsExactlyVectors(0x41);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-004")
  void withoutExitTheNextOneComesAtTheNextBoundary(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    VectorSet others = ALL.copy();
    others.remove(0x73);
    guest.setEoiExits(others);
    guest.page().setVirr(VectorSet.of(0x41));
    guest.page().setVisr(VectorSet.of(0x73));
    guest.prepare(0x41, 0x73, 0, true);
    guest.vcpu().enter();
    BlockRun run =
        guest.guest().start(guest.guest().lapic().endingInterrupt(), new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(0x41)).interruptedAt(run, 1);
    assertThat(guest.vcpu().run(guest.guest().lapic().endingInterrupt()))
        .hasReason(ExitReason.VIRTUALIZED_EOI)
        .hasQualification(0x41);
    guest.vcpu().enter();
    guest.guest().iret();
  }

  @Test
  @Sweep
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-005")
  void eachVectorHasItsBitInTheExitBitmaps(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cases.range(
        0,
        0xFF,
        vector -> {
          guest.setEoiExits(VectorSet.of(vector));
          for (int bit = 0; bit < Byte.SIZE; bit++) {
            int other = vector ^ 1 << bit;
            guest.page().setVisr(VectorSet.of(other));
            guest.setInterruptStatus(0, other);
            guest.vcpu().enter();
            guest.guest().lapic().eoi();
            guest.vcpu().leave();
            assertThat(guest.page().visr()).as("VISR after EOI of %xh", other).isEmptySet();
          }
          guest.page().setVisr(VectorSet.of(vector));
          guest.setInterruptStatus(0, vector);
          guest.vcpu().enter();
          VmExit exit = guest.vcpu().run(guest.guest().lapic().endingInterrupt());
          assertThat(exit).hasReason(ExitReason.VIRTUALIZED_EOI).hasQualification(vector);
        });
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-006")
  void thePhysicalApicGetsNone(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(0x61);
    cpu.takeInterrupt(0x61);
    guest.page().setVisr(VectorSet.of(0x41));
    guest.prepare(0, 0x41, 0, false);
    guest.vcpu().enter();
    guest.guest().lapic().eoi();
    guest.vcpu().leave();
    assertThat(cpu.lapic()).isServicing(0x61);
    assertThat(guest.page().visr()).isEmptySet();
    cpu.finishInterrupt();
  }

  @Test
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_APIC_ACCESSES})
  @Covers("APICV-EOI-006")
  void nothingIsDismissedWithoutVirtualInterruptDelivery(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(
            cpu, VmxControl.APIC_REGISTER_VIRTUALIZATION, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    guest.page().setVisr(VectorSet.of(0x41));
    guest.prepare(0, 0x41, 0, false);
    guest.vcpu().enter();
    assertThat(guest.vcpu().run(guest.guest().lapic().endingInterrupt()))
        .hasReason(ExitReason.APIC_WRITE)
        .hasQualification(VirtualApicPage.VEOI);
    assertThat(guest.page().visr()).containsExactlyVectors(0x41);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x41);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-EOI-007")
  void dismissesVectorZeroWhereNothingIsInService(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.setEoiExits(VectorSet.of(0));
    guest.prepare(0, 0, 0x35, false);
    guest.vcpu().enter();
    assertThat(guest.vcpu().run(guest.guest().lapic().endingInterrupt()))
        .hasReason(ExitReason.VIRTUALIZED_EOI)
        .hasQualification(0);
    assertThat(guest.page().visr()).isEmptySet();
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x35);
    // others in service show up as SVI
    guest.page().setVisr(VectorSet.of(0, 0x41));
    guest.setEoiExits(VectorSet.of());
    guest.vcpu().enter();
    guest.guest().lapic().eoi();
    guest.vcpu().leave();
    assertThat(guest.page().visr()).containsExactlyVectors(0x41);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x41);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x40);
  }
}
