package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/** VPPR (Intel SDM Vol. 3C, "PPR Virtualization"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class ProcessorPriorityTests {
  private static final int ALL_ONES = -1;

  /** Low nibbles of priorities that must show up or vanish. */
  private static final int LOW_OF_VTPR = 0x5;

  private static final int LOW_OF_SVI = 0x9;

  @Test
  @Sweep
  @Covers({"APICV-PPR-001", "APICV-PPR-002", "APICV-PPR-003", "APICV-ENT-001"})
  void isTheHigherOfTaskAndServiceClassAfterVmEntry(Cpu cpu, Cases cases) {
    ApicGuest guest = Guests.withMsrs(cpu);
    cases.range(
        0,
        0xFF,
        classes -> {
          int vtpr = (classes & 0xF0) | LOW_OF_VTPR;
          int svi = ((classes & 0xF) << 4) | LOW_OF_SVI;
          guest.page().setVtpr(vtpr);
          guest.page().write(VirtualApicPage.VPPR, ALL_ONES);
          guest.setInterruptStatus(0, svi);
          guest.vcpu().enter();
          guest.vcpu().leave();
          int expected = vtpr >>> 4 >= svi >>> 4 ? vtpr : svi & 0xF0;
          assertThat(guest.page().vppr()).as("VPPR").isEqualTo(expected);
        });
  }

  @Test
  @Covers({"APICV-PPR-003", "APICV-PPR-004"})
  void isComputedByVirtualizationOfTheTaskPriority(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0, 0x39, 0x71, false);
    guest.vcpu().enter();
    guest.guest().write32(guest.page().address() + VirtualApicPage.VPPR, ALL_ONES);
    guest.guest().setCr8(6);
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x60);
    guest.vcpu().enter();
    guest.guest().write32(guest.page().address() + VirtualApicPage.VPPR, ALL_ONES);
    guest.guest().setCr8(2);
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR below the vector in service").isEqualTo(0x30);
  }

  @Test
  @Covers({"APICV-PPR-003", "APICV-PPR-004"})
  void isComputedByVirtualizationOfEndOfInterrupt(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVisr(VectorSet.of(0x73));
    guest.prepare(0, 0x73, 0x2B, false);
    guest.vcpu().enter();
    guest.guest().write32(guest.page().address() + VirtualApicPage.VPPR, ALL_ONES);
    guest.guest().lapic().eoi();
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x2B);
  }

  @Test
  @Covers("APICV-PPR-004")
  void staysWithASelfIpiThatCannotBeDelivered(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0, 0, 0x5C, true);
    guest.vcpu().enter();
    // PPR virtualization would take the new value, memory alone does not count
    guest
        .guest()
        .run(
            new Instruction.Store(guest.page().address() + VirtualApicPage.VTPR, 4, 0x1C),
            guest.guest().lapic().writing(VirtualApicPage.SELF_IPI, 0x4E));
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x5C);
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x4E);
  }
}
