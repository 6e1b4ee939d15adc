package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.IPI_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RDMSR and WRMSR of all MSRs 800h to 8FFh with all controls, in both modes of the local APIC. */
final class X2apicAccessTest {
  private static final int REGISTERS = 1;
  private static final int DELIVERY = 2;
  private static final int IPIS = 4;
  private static final int X2APIC = 8;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void reads(int controls) {
    Guest guest = guest(controls).enter();
    for (int index = 0; index < 0x100; index++) {
      guest.putQuad(index * 16, pattern(index));
    }
    for (int index = 0; index < 0x100; index++) {
      boolean virtualized = (controls & REGISTERS) != 0 || index == 0x08;
      assertThat(guest.apic.rdmsr(0x800 + index))
          .as("%03X", 0x800 + index)
          .isEqualTo(virtualized ? ApicOutcome.value(pattern(index)) : ApicOutcome.PASSED);
    }
    assertThat(guest.apic.rdmsr(0x7FF)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.rdmsr(0x900)).isEqualTo(ApicOutcome.PASSED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void writes(int controls) {
    for (int index = 0; index < 0x100; index++) {
      Guest guest = guest(controls).enter();
      byte[] before = guest.page();
      boolean virtualized =
          switch (index) {
            case 0x08 -> true;
            case 0x0B, 0x3F -> (controls & DELIVERY) != 0;
            case 0x30 -> (controls & IPIS) != 0;
            default -> false;
          };
      ApicOutcome outcome = guest.apic.wrmsr(0x800 + index, -1);
      assertThat(outcome)
          .as("%03X", 0x800 + index)
          .isEqualTo(virtualized ? ApicOutcome.FAULT : ApicOutcome.PASSED);
      outcome = guest.apic.wrmsr(0x800 + index, 0);
      assertThat(outcome.equals(ApicOutcome.PASSED)).isNotEqualTo(virtualized);
      assertThat(guest.page()).isEqualTo(before);
    }
    Guest guest = guest(controls).enter();
    assertThat(guest.apic.wrmsr(0x7FF, 0)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.wrmsr(0x900, 0)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.wrmsr(0x908, 0)).isEqualTo(ApicOutcome.PASSED);
  }

  @Test
  void withoutTheControlsAllArePhysical() {
    for (VmxControl missing : new VmxControl[] {USE_TPR_SHADOW, VIRTUALIZE_X2APIC_MODE}) {
      Guest guest = guest(REGISTERS | DELIVERY | IPIS);
      guest.clear(missing);
      guest.enter();
      assertAllPhysical(guest);
    }
    Guest root = guest(REGISTERS | DELIVERY | IPIS).enter();
    root.apic.leave();
    assertAllPhysical(root);
  }

  private static void assertAllPhysical(Guest guest) {
    for (int msr = 0x800; msr < 0x900; msr++) {
      assertThat(guest.apic.rdmsr(msr)).isEqualTo(ApicOutcome.PASSED);
      assertThat(guest.apic.wrmsr(msr, 0)).isEqualTo(ApicOutcome.PASSED);
      assertThat(guest.apic.wrmsr(msr, -1)).isEqualTo(ApicOutcome.PASSED);
    }
  }

  @Test
  void reservedBitsFaultAndChangeNothing() {
    assertReserved(0x808, 0x000, ~0xFFL);
    assertReserved(0x80B, 0x0B0, -1L);
    assertReserved(0x83F, 0x3F0, ~0xFFL);
    assertReserved(0x830, 0x300, 0xFFF3_2000L);
  }

  private static void assertReserved(int msr, int offset, long reserved) {
    for (int bit = 0; bit < 64; bit++) {
      Guest guest = guest(REGISTERS | DELIVERY | IPIS);
      guest.putQuad(offset, 0x1122_3344_5566_7788L);
      guest.enter(0, 0x51);
      byte[] before = guest.page();
      ApicOutcome outcome = guest.apic.wrmsr(msr, 1L << bit);
      if ((reserved >>> bit & 1) != 0) {
        assertThat(outcome).as("bit %d of %X", bit, msr).isEqualTo(ApicOutcome.FAULT);
        assertThat(guest.page()).isEqualTo(before);
        assertThat(guest.status()).isEqualTo(0x5100);
      } else {
        assertThat(outcome).as("bit %d of %X", bit, msr).isNotEqualTo(ApicOutcome.FAULT);
      }
    }
  }

  @Test
  void theTaskPriorityIsEightBytes() {
    Guest guest = guest(0).enter();
    for (int value = 0; value < 0x100; value++) {
      guest.putQuad(0x80, -1);
      assertThat(guest.apic.wrmsr(0x808, value)).isEqualTo(ApicOutcome.DONE);
      assertThat(guest.getQuad(0x80)).isEqualTo(value);
      assertThat(guest.apic.rdmsr(0x808)).isEqualTo(ApicOutcome.value(value));
    }
  }

  @Test
  void endOfInterruptIsStored() {
    Guest guest = guest(DELIVERY);
    guest.putQuad(0xB0, -1);
    guest.enter(0, 0x41);
    assertThat(guest.apic.wrmsr(0x80B, 0)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.getQuad(0xB0)).isZero();
    assertThat(guest.status()).isZero();
    assertThat(guest.log).isEmpty();
  }

  @Test
  void selfIpis() {
    for (int vector = 0; vector < 0x100; vector++) {
      Guest guest = guest(DELIVERY);
      guest.putQuad(0x3F0, -1);
      guest.enter();
      ApicOutcome outcome = guest.apic.wrmsr(0x83F, vector);
      assertThat(guest.getQuad(0x3F0)).isEqualTo(vector);
      if (vector < 0x10) {
        assertThat(outcome).isEqualTo(ApicOutcome.trapExit(ExitReason.APIC_WRITE, 0x3F0));
        assertThat(guest.virr()).isEmpty();
        assertThat(guest.status()).isZero();
      } else {
        assertThat(outcome).isEqualTo(ApicOutcome.DONE);
        assertThat(guest.virr()).containsExactly(vector);
        assertThat(guest.status()).isEqualTo(vector);
      }
    }
  }

  @Test
  void exitsFollowTheWrite() {
    Guest guest = guest(0);
    guest.vmcs.set(VmcsField.TPR_THRESHOLD, 5);
    guest.enter();
    assertThat(guest.apic.wrmsr(0x808, 0x4F))
        .isEqualTo(ApicOutcome.trapExit(ExitReason.TPR_BELOW_THRESHOLD, 0));
    assertThat(guest.get(0x80)).isEqualTo(0x4F);
  }

  private static Guest guest(int controls) {
    Guest guest = Guest.with(VIRTUALIZE_X2APIC_MODE);
    if ((controls & REGISTERS) != 0) {
      guest.set(APIC_REGISTER_VIRTUALIZATION);
    }
    if ((controls & DELIVERY) != 0) {
      guest.set(VIRTUAL_INTERRUPT_DELIVERY);
    }
    if ((controls & IPIS) != 0) {
      guest.set(IPI_VIRTUALIZATION);
    }
    guest.x2apic = (controls & X2APIC) != 0;
    return guest;
  }

  private static long pattern(int index) {
    return index * 0x0101_0101_0101_0101L ^ 0x1122_3344_5566_7788L;
  }
}
