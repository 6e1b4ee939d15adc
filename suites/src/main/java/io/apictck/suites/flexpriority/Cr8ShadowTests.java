package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * MOV to and from CR8 with TPR shadow (Intel SDM Vol. 3C, "Virtualizing CR8-Based TPR Accesses").
 */
@Conformance
@Requires(Feature.TPR_SHADOW)
final class Cr8ShadowTests {
  private static final int PENDING = 0x2E;
  private static final int FIRST_RESERVED_BIT = 4;

  private static ApicGuest guest(Cpu cpu) {
    return ApicGuest.of(cpu, VmxControl.USE_TPR_SHADOW);
  }

  @Test
  @Sweep
  @Covers("FLEX-CR8-001")
  void readsGiveTheClassOfVtpr(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    cases.each(
        List.of(0x0000_007F, 0xFFFF_FF30, 0x0000_0000, 0x0000_00FF, 0xFFFF_FF0F, 0x8000_00E1),
        vtpr -> {
          guest.page().setVtpr(vtpr);
          guest.vcpu().enter();
          assertThat(guest.guest().cr8()).as("CR8").isEqualTo(vtpr >>> 4 & 0xF);
          guest.vcpu().leave();
          assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(vtpr);
        });
  }

  @Test
  @Sweep
  @Covers("FLEX-CR8-002")
  void writesSetTheClassOfVtprAndClearTheRest(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    cases.range(
        0,
        0xF,
        priority -> {
          guest.page().setVtpr(-1);
          guest.vcpu().enter();
          guest.guest().setCr8(priority);
          assertThat(guest.guest().cr8()).as("CR8").isEqualTo(priority);
          guest.vcpu().leave();
          assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(priority << 4);
        });
  }

  @InEachApicMode
  @Covers({"FLEX-CR8-003", "FLEX-CR8-002"})
  void thePhysicalTaskPriorityIsNeitherReadNorWritten(Cpu cpu) {
    cpu.setCr8(2);
    cpu.lapic().sendSelfIpi(PENDING);
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0xB0);
    guest.vcpu().enter();
    assertThat(guest.guest().cr8()).as("CR8 of the guest").isEqualTo(0xB);
    guest.guest().setCr8(0);
    guest.guest().setCr8(0xF);
    guest.vcpu().leave();
    assertThat(cpu.cr8()).as("CR8 of the host").isEqualTo(2);
    assertThat(cpu.lapic().irr()).containsExactlyVectors(PENDING);
    cpu.setCr8(0xC);
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0xF0);
    cpu.sti();
    cpu.setCr8(0);
    cpu.serve(PENDING);
  }

  @Test
  @Sweep
  @Covers("FLEX-CR8-004")
  void reservedBitsFaultAndLeaveVtpr(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0x7F);
    guest.vcpu().enter();
    cases.range(
        FIRST_RESERVED_BIT,
        Long.SIZE - 1,
        bit ->
            assertThat(guest.guest().attempt(new Instruction.MovToCr8(1L << bit | 5)))
                .raisesGeneralProtection());
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x7F);
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("FLEX-CR8-007")
  void userModeFaultsBeforeAnythingIsVirtualized(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().setVtpr(0x7F);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.EnterUser());
    for (Instruction access : List.of(new Instruction.MovFromCr8(), new Instruction.MovToCr8(3))) {
      assertThat(guest.guest().attempt(access)).raisesGeneralProtection();
    }
    guest.guest().run(new Instruction.LeaveUser());
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x7F);
  }
}
