package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/** Writes of the task priority with virtual-interrupt delivery (SDM, "TPR Virtualization"). */
@Conformance
@Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
final class TaskPriorityTests {
  private static final int VECTOR = 0x51;
  private static final int HIGHEST_THRESHOLD = 0xF;

  private static void delivers(ApicGuest guest, Instruction lowers) {
    guest.prepare(VECTOR, 0, 0x50, true);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(lowers, new Instruction.Nop());
    assertThat(guest.guest().takeInterrupt(VECTOR)).interruptedAt(run, 1);
    guest.guest().finishInterrupt();
    assertThat(run.completed()).as("the block goes on").isTrue();
    guest.guest().cli();
    guest.vcpu().leave();
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-TPR-001")
  void loweringItByMovToCr8DeliversAtTheNextBoundary(Cpu cpu) {
    delivers(Guests.withMsrs(cpu), new Instruction.MovToCr8(4));
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-TPR-001")
  void loweringItByItsMsrDeliversAtTheNextBoundary(Cpu cpu) {
    delivers(Guests.withMsrs(cpu), new Instruction.Wrmsr(LapicRegister.TPR.msr(), 0x4F));
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("APICV-TPR-001")
  void loweringItInThePageDeliversAtTheNextBoundary(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    delivers(guest, guest.guest().lapic().writing(LapicRegister.TPR, 0x4F));
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-TPR-002")
  void theThresholdDoesNotMatterToMsrs(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, HIGHEST_THRESHOLD);
    guest.prepare(0, 0, 0xE0, false);
    guest.vcpu().enter();
    guest.guest().setCr8(3);
    guest.guest().wrmsr(LapicRegister.TPR.msr(), 0);
    guest.vcpu().leave();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers("APICV-TPR-002")
  void theThresholdDoesNotMatterToThePage(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    guest.vcpu().write(VmcsField.TPR_THRESHOLD, HIGHEST_THRESHOLD);
    guest.prepare(0, 0, 0xE0, false);
    guest.vcpu().enter();
    guest.guest().lapic().setTpr(0);
    guest.vcpu().leave();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"APICV-TPR-003", "APICV-TPR-004"})
  void aWriteOfThePageKeepsItsLowestByte(Cpu cpu) {
    ApicGuest guest = Guests.withPage(cpu);
    guest.vcpu().enter();
    guest.guest().lapic().setTpr(0xABCD_EF5D);
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x5D);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x5D);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers({"APICV-TPR-003", "APICV-TPR-004"})
  void aWriteOfTheMsrTakesOneByte(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.page().setVtpr(0x33);
    guest.vcpu().enter();
    for (int bit = Byte.SIZE; bit < Long.SIZE; bit++) {
      assertThat(
              guest
                  .guest()
                  .attempt(new Instruction.Wrmsr(LapicRegister.TPR.msr(), 1L << bit | 0x20)))
          .as("WRMSR with bit %d", bit)
          .raisesGeneralProtection();
    }
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR after faults").isEqualTo(0x33);
    guest.vcpu().enter();
    guest.guest().wrmsr(LapicRegister.TPR.msr(), 0x5D);
    guest.vcpu().leave();
    assertThat(guest.page().read64(VirtualApicPage.VTPR)).as("VTPR").isEqualTo(0x5D);
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x5D);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_X2APIC_MODE)
  @Covers("APICV-TPR-004")
  void itsLowNibbleDoesNotHoldBackTheNextClass(Cpu cpu) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.prepare(0x60, 0, 0x5F, false);
    guest.vcpu().enter();
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR before the delivery").isEqualTo(0x5F);
    guest.vcpu().setInterruptFlag(true);
    guest.vcpu().enter();
    guest.guest().serve(0x60);
  }
}
