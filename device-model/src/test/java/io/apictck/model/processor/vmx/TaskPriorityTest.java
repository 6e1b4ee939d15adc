package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_APIC_ACCESSES;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import org.junit.jupiter.api.Test;

/** TPR shadow, CR8 and the TPR threshold. */
final class TaskPriorityTest {
  private static final int VTPR = 0x80;
  private static final int VPPR = 0xA0;
  private static final ApicOutcome BELOW = ApicOutcome.trapExit(ExitReason.TPR_BELOW_THRESHOLD, 0);

  @Test
  void cr8IsTheClassOfVtpr() {
    Guest guest = Guest.with().enter();
    for (int vtpr = 0; vtpr < 0x100; vtpr++) {
      guest.put(VTPR, vtpr | 0xFFFF_FF00);
      assertThat(guest.apic.readCr8()).isEqualTo(ApicOutcome.value(vtpr >> 4));
    }
  }

  @Test
  void movToCr8WritesAllOfVtpr() {
    Guest guest = Guest.with().enter();
    for (int cr8 = 0; cr8 < 0x10; cr8++) {
      guest.putQuad(VTPR, -1);
      assertThat(guest.apic.writeCr8(cr8)).isEqualTo(ApicOutcome.DONE);
      assertThat(guest.getQuad(VTPR)).isEqualTo(0xFFFF_FFFF_0000_0000L | cr8 << 4);
    }
  }

  @Test
  void movToCr8FaultsWithEachReservedBit() {
    Guest guest = Guest.with().enter();
    guest.put(VTPR, 0x77);
    for (int bit = 4; bit < 64; bit++) {
      assertThat(guest.apic.writeCr8(5 | 1L << bit)).isEqualTo(ApicOutcome.FAULT);
    }
    assertThat(guest.get(VTPR)).isEqualTo(0x77);
  }

  @Test
  void withoutTheShadowAndInRootOperationCr8IsPhysical() {
    Guest guest = Guest.with();
    guest.clear(VmxControl.USE_TPR_SHADOW);
    guest.enter();
    assertPhysical(guest);
    guest.apic.leave();
    guest.set(VmxControl.USE_TPR_SHADOW);
    assertPhysical(guest);
    guest.enter();
    assertThat(guest.apic.writeCr8(7)).isEqualTo(ApicOutcome.DONE);
    guest.apic.leave();
    guest.put(VTPR, 0);
    assertPhysical(guest);
  }

  private static void assertPhysical(Guest guest) {
    assertThat(guest.apic.readCr8()).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.writeCr8(3)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.writeCr8(0x10)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.get(VTPR)).isZero();
  }

  @Test
  void everyWriteBelowTheThresholdExits() {
    for (int threshold = 0; threshold < 0x10; threshold++) {
      Guest page = threshold(threshold, VIRTUALIZE_APIC_ACCESSES).enter();
      Guest msr = threshold(threshold, VIRTUALIZE_X2APIC_MODE).enter();
      for (int vtpr = 0; vtpr < 0x100; vtpr++) {
        ApicOutcome expected = vtpr >> 4 < threshold ? BELOW : ApicOutcome.DONE;
        for (int repeat = 0; repeat < 2; repeat++) {
          assertThat(page.apic.write(Guest.ACCESS_PAGE + VTPR, 4, vtpr)).isEqualTo(expected);
          assertThat(msr.apic.wrmsr(0x808, vtpr)).isEqualTo(expected);
        }
        assertThat(page.get(VTPR)).isEqualTo(vtpr);
        assertThat(msr.get(VTPR)).isEqualTo(vtpr);
      }
      for (int cr8 = 0; cr8 < 0x10; cr8++) {
        assertThat(page.apic.writeCr8(cr8)).isEqualTo(cr8 < threshold ? BELOW : ApicOutcome.DONE);
        assertThat(page.get(VTPR)).isEqualTo(cr8 << 4);
      }
      assertThat(page.get(VPPR)).isZero();
    }
  }

  @Test
  void theUpperBitsOfTheThresholdDoNotCount() {
    for (int bit = 4; bit < 32; bit++) {
      Guest guest = threshold(1 << bit).enter();
      assertThat(guest.apic.writeCr8(0)).isEqualTo(ApicOutcome.DONE);
    }
  }

  @Test
  void vmEntryComparesWithTheThreshold() {
    for (int threshold = 0; threshold < 0x10; threshold++) {
      for (int vtpr = 0; vtpr < 0x100; vtpr++) {
        boolean below = vtpr >> 4 < threshold;
        assertThat(atEntry(threshold, vtpr, VIRTUALIZE_APIC_ACCESSES)).isEqualTo(below);
        assertThat(atEntry(threshold, vtpr)).isFalse();
        assertThat(atEntry(threshold, vtpr, VIRTUALIZE_APIC_ACCESSES, VIRTUAL_INTERRUPT_DELIVERY))
            .isFalse();
      }
    }
  }

  @Test
  void withoutTheShadowVmEntryDoesNotCompare() {
    Guest guest = threshold(15, VIRTUALIZE_APIC_ACCESSES);
    guest.clear(VmxControl.USE_TPR_SHADOW);
    guest.enter();
    assertThat(guest.apic.tprBelowThresholdAtEntry()).isFalse();
  }

  @Test
  void withInterruptDeliveryTheThresholdIsIgnored() {
    Guest guest = threshold(15, VIRTUALIZE_APIC_ACCESSES, VIRTUAL_INTERRUPT_DELIVERY).enter();
    assertThat(guest.apic.writeCr8(3)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.get(VPPR)).isEqualTo(0x30);
    assertThat(guest.apic.write(Guest.ACCESS_PAGE + VTPR, 4, 0x25)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.get(VPPR)).isEqualTo(0x25);
  }

  private static boolean atEntry(int threshold, int vtpr, VmxControl... controls) {
    Guest guest = threshold(threshold, controls);
    guest.put(VTPR, vtpr);
    return guest.enter().apic.tprBelowThresholdAtEntry();
  }

  private static Guest threshold(int threshold, VmxControl... controls) {
    Guest guest = Guest.with(controls);
    guest.vmcs.set(VmcsField.TPR_THRESHOLD, threshold);
    return guest;
  }
}
