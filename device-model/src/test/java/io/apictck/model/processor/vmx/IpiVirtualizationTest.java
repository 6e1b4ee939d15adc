package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.ACTIVATE_TERTIARY_CONTROLS;
import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.IPI_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_APIC_ACCESSES;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import org.junit.jupiter.api.Test;

/** Self IPIs and IPI virtualization, by the page, by MSR and by SENDUIPI. */
final class IpiVirtualizationTest {
  private static final int COMMAND = Guest.ACCESS_PAGE + 0x300;
  private static final int CONTROL = Guest.DESCRIPTOR + 32;
  private static final int LAST = 5;
  private static final int SELF = 0x0004_0000;
  private static final ApicOutcome EXIT = ApicOutcome.trapExit(ExitReason.APIC_WRITE, 0x300);

  @Test
  void everyVectorCanBeASelfIpi() {
    for (int vector = 0; vector < 0x100; vector++) {
      for (int ignored : new int[] {0, 0x800, 0x4000, 0x4800}) {
        Guest guest = page(VIRTUAL_INTERRUPT_DELIVERY).enter();
        ApicOutcome outcome = guest.apic.write(COMMAND, 4, SELF | ignored | vector);
        assertThat(outcome).isEqualTo(vector < 0x10 ? EXIT : ApicOutcome.DONE);
        assertThat(guest.get(0x300)).isEqualTo(SELF | ignored | vector);
        assertThat(guest.apic.recognized()).isEqualTo(vector >= 0x10);
        assertThat(guest.status()).isEqualTo(vector < 0x10 ? 0 : vector);
      }
    }
  }

  @Test
  void eachOtherBitOfTheCommandMakesASelfIpiExit() {
    for (int bit = 8; bit < 32; bit++) {
      if (bit != 11 && bit != 14) {
        Guest guest = page(VIRTUAL_INTERRUPT_DELIVERY).enter();
        int command = (SELF | 0x61) ^ 1 << bit;
        assertThat(guest.apic.write(COMMAND, 4, command)).as("bit %d", bit).isEqualTo(EXIT);
        assertThat(guest.get(0x300)).isEqualTo(command);
        assertThat(guest.virr()).isEmpty();
      }
    }
  }

  @Test
  void partOfACommandCompletesIt() {
    Guest guest = page(VIRTUAL_INTERRUPT_DELIVERY);
    guest.put(0x300, SELF);
    guest.enter();
    assertThat(guest.apic.write(COMMAND, 1, 0x61)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.virr()).containsExactly(0x61);
  }

  @Test
  void withoutInterruptDeliverySelfIpisExit() {
    Guest guest = page(APIC_REGISTER_VIRTUALIZATION).enter();
    assertThat(guest.apic.write(COMMAND, 4, SELF | 0x61)).isEqualTo(EXIT);
    guest = ipis(VIRTUALIZE_APIC_ACCESSES).enter();
    assertThat(guest.apic.write(COMMAND, 4, SELF | 0x61)).isEqualTo(EXIT);
    assertThat(guest.virr()).isEmpty();
  }

  @Test
  void selfIpisComeBeforeIpiVirtualization() {
    Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES, VIRTUAL_INTERRUPT_DELIVERY).enter();
    assertThat(guest.apic.write(COMMAND, 4, SELF | 0x61)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.virr()).containsExactly(0x61);
    assertUnposted(guest);
  }

  @Test
  void everyVectorIsPosted() {
    for (int vector = 0; vector < 0x100; vector++) {
      for (int level : new int[] {0, 0x4000}) {
        Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES);
        guest.put(0x310, LAST << 24 | 0xABCDEF);
        guest.enter();
        assertPosted(guest, vector, guest.apic.write(COMMAND, 4, level | vector));
        assertThat(guest.get(0x300)).isEqualTo(level | vector);
        assertThat(guest.get(0x310)).isEqualTo(LAST << 24 | 0xABCDEF);

        guest = ipis(VIRTUALIZE_X2APIC_MODE).enter();
        long command = (long) LAST << 32 | level | vector;
        assertPosted(guest, vector, guest.apic.wrmsr(0x830, command));
        assertThat(guest.getQuad(0x300)).isEqualTo(command);
        assertThat(guest.get(0x310)).isZero();
      }
    }
  }

  private static void assertPosted(Guest guest, int vector, ApicOutcome outcome) {
    if (vector < 0x10) {
      assertThat(outcome).isEqualTo(EXIT);
      assertUnposted(guest);
    } else {
      assertThat(outcome).isEqualTo(ApicOutcome.DONE);
      for (int i = 0; i < 4; i++) {
        assertThat(guest.memory.getLong(Guest.DESCRIPTOR + i * 8))
            .isEqualTo(i == vector / 64 ? 1L << vector % 64 : 0);
      }
      assertThat(guest.log).containsExactly("IPI E3 to 34");
      assertThat(guest.virr()).isEmpty();
    }
  }

  @Test
  void eachOtherBitOfTheCommandExits() {
    for (VmxControl delivery : new VmxControl[] {USE_TPR_SHADOW, VIRTUAL_INTERRUPT_DELIVERY}) {
      for (int bit = 8; bit < 32; bit++) {
        int command = 0x61 | 1 << bit;
        boolean posted = bit == 14;
        Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES, delivery);
        guest.put(0x310, LAST << 24);
        guest.enter();
        boolean self = bit == 18 && delivery == VIRTUAL_INTERRUPT_DELIVERY;
        assertThat(guest.apic.write(COMMAND, 4, command))
            .as("bit %d", bit)
            .isEqualTo(posted || self ? ApicOutcome.DONE : EXIT);
        assertThat(guest.get(0x300)).isEqualTo(command);
        assertThat(guest.log).hasSize(posted ? 1 : 0);

        guest = ipis(VIRTUALIZE_X2APIC_MODE, delivery).enter();
        boolean fault = bit >= 20 || bit == 16 || bit == 17 || bit == 13;
        ApicOutcome outcome =
            guest.apic.wrmsr(0x830, (long) LAST << 32 | Integer.toUnsignedLong(command));
        assertThat(outcome)
            .as("bit %d", bit)
            .isEqualTo(fault ? ApicOutcome.FAULT : posted ? ApicOutcome.DONE : EXIT);
        assertThat(guest.getQuad(0x300)).isEqualTo(fault ? 0 : (long) LAST << 32 | command);
        assertThat(guest.virr()).isEmpty();
        assertThat(guest.log).hasSize(posted ? 1 : 0);
      }
    }
  }

  @Test
  void onlyTheDestinationInTheTableIsPosted() {
    for (int destination = 0; destination < 0x100; destination++) {
      Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES);
      guest.memory.putLong(Guest.TABLE + 8 * (LAST + 1), Guest.DESCRIPTOR | 1);
      guest.put(0x310, destination << 24);
      guest.enter();
      assertThat(guest.apic.write(COMMAND, 4, 0x61))
          .isEqualTo(destination == LAST ? ApicOutcome.DONE : EXIT);
      assertThat(guest.log).hasSize(destination == LAST ? 1 : 0);
    }
  }

  @Test
  void allBitsOfAnX2apicDestinationCount() {
    for (int bit = 0; bit < 32; bit++) {
      Guest guest = ipis(VIRTUALIZE_X2APIC_MODE);
      guest.vmcs.set(VmcsField.LAST_PID_POINTER_INDEX, 0x7F);
      for (int i = 0; i < 0x80; i++) {
        guest.memory.putLong(Guest.TABLE + 8 * i, Guest.DESCRIPTOR | 1);
      }
      guest.enter();
      assertThat(guest.apic.wrmsr(0x830, 1L << (32 + bit) | 0x61))
          .as("bit %d", bit)
          .isEqualTo(bit < 7 ? ApicOutcome.DONE : EXIT);
    }
    Guest guest = ipis(VIRTUALIZE_X2APIC_MODE);
    guest.vmcs.set(VmcsField.LAST_PID_POINTER_INDEX, 0xFFFF);
    guest.enter();
    assertThat(guest.apic.wrmsr(0x830, 0x10000L << 32 | 0x61)).isEqualTo(EXIT);
    assertThat(guest.apic.wrmsr(0x830, 0xFFFF_FFFFL << 32 | 0x61)).isEqualTo(EXIT);
  }

  @Test
  void unusableEntriesExit() {
    for (int bit = 0; bit < 64; bit++) {
      Guest guest = ipis(VIRTUALIZE_X2APIC_MODE);
      if (bit < 6 || bit >= 46) {
        guest.memory.putLong(Guest.TABLE + 8 * LAST, (Guest.DESCRIPTOR | 1) ^ 1L << bit);
        guest.enter();
        assertThat(guest.apic.wrmsr(0x830, (long) LAST << 32 | 0x61))
            .as("bit %d", bit)
            .isEqualTo(EXIT);
        assertUnposted(guest);
      }
    }
  }

  @Test
  void anEntryMayPointToTheEndOfMemory() {
    Guest guest = ipis(VIRTUALIZE_X2APIC_MODE);
    assertThat(guest.apic.isUsable(1L << 45 | 0x40 | 1)).isTrue();
    assertThat(guest.apic.isUsable(1)).isTrue();
  }

  @Test
  void notificationNeedsNeitherOutstandingNorSuppressed() {
    for (int bits = 0; bits < 4; bits++) {
      for (VmxControl path : new VmxControl[] {VIRTUALIZE_APIC_ACCESSES, VIRTUALIZE_X2APIC_MODE}) {
        Guest guest = ipis(path);
        long control = guest.memory.getLong(CONTROL) | bits;
        guest.memory.putLong(CONTROL, control);
        guest.memory.putLong(Guest.DESCRIPTOR + 8, 1);
        guest.put(0x310, LAST << 24);
        guest.enter();
        ApicOutcome outcome =
            path == VIRTUALIZE_APIC_ACCESSES
                ? guest.apic.write(COMMAND, 4, 0x61)
                : guest.apic.wrmsr(0x830, (long) LAST << 32 | 0x61);
        assertThat(outcome).isEqualTo(ApicOutcome.DONE);
        assertThat(guest.memory.getLong(Guest.DESCRIPTOR + 8)).isEqualTo(1L << 0x21 | 1);
        assertThat(guest.memory.getLong(CONTROL)).isEqualTo(bits == 0 ? control | 1 : control);
        assertThat(guest.log).hasSize(bits == 0 ? 1 : 0);
      }
    }
  }

  @Test
  void theModeOfThePhysicalApicTellsTheDestination() {
    Guest guest = ipis(VIRTUALIZE_X2APIC_MODE);
    guest.x2apic = true;
    guest.enter();
    assertThat(guest.apic.wrmsr(0x830, (long) LAST << 32 | 0x61)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.log).containsExactly("IPI E3 to FEDC3456");
  }

  @Test
  void withoutTheTertiaryControlsThereIsNone() {
    Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES);
    guest.clear(ACTIVATE_TERTIARY_CONTROLS);
    guest.put(0x310, LAST << 24);
    guest.enter();
    assertThat(guest.apic.write(COMMAND, 4, 0x61))
        .isEqualTo(ApicOutcome.exit(ExitReason.APIC_ACCESS, 0x1300));
    guest = ipis(VIRTUALIZE_APIC_ACCESSES, APIC_REGISTER_VIRTUALIZATION);
    guest.clear(ACTIVATE_TERTIARY_CONTROLS);
    guest.put(0x310, LAST << 24);
    guest.enter();
    assertThat(guest.apic.write(COMMAND, 4, 0x61)).isEqualTo(EXIT);
    assertUnposted(guest);
  }

  @Test
  void sendUserIpiFillsTheCommand() {
    Guest xapic = page().enter();
    xapic.put(0x310, -1);
    assertThat(xapic.apic.sendUserIpi(0xEC, 0xFFFF_05FF)).isEqualTo(EXIT);
    assertThat(xapic.get(0x300)).isEqualTo(0xEC);
    assertThat(xapic.get(0x310)).isEqualTo(0x0500_0000);
    Guest x2apic = Guest.with(VIRTUALIZE_X2APIC_MODE).enter();
    assertThat(x2apic.apic.sendUserIpi(0xEC, 0xFEDC_BA98)).isEqualTo(EXIT);
    assertThat(x2apic.getQuad(0x300)).isEqualTo(0xFEDC_BA98_0000_00ECL);
    assertThat(x2apic.get(0x310)).isZero();
  }

  @Test
  void sendUserIpiIsVirtualized() {
    Guest guest = ipis(VIRTUALIZE_APIC_ACCESSES).enter();
    assertPosted(guest, 0xEC, guest.apic.sendUserIpi(0xEC, 0xFFFF_00FF | LAST << 8));
    guest = ipis(VIRTUALIZE_X2APIC_MODE).enter();
    assertPosted(guest, 0xEC, guest.apic.sendUserIpi(0xEC, LAST));
    guest = ipis().enter();
    assertPosted(guest, 0xEC, guest.apic.sendUserIpi(0xEC, LAST));
    guest = ipis().enter();
    assertThat(guest.apic.sendUserIpi(0xEC, LAST << 8)).isEqualTo(EXIT);
  }

  @Test
  void withoutTheShadowSendUserIpiIsPhysical() {
    Guest guest = page();
    guest.clear(USE_TPR_SHADOW);
    guest.enter();
    assertThat(guest.apic.sendUserIpi(0xEC, LAST)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.get(0x300)).isZero();
  }

  private static void assertUnposted(Guest guest) {
    for (int i = 0; i < 4; i++) {
      assertThat(guest.memory.getLong(Guest.DESCRIPTOR + i * 8)).isZero();
    }
    assertThat(guest.memory.getLong(CONTROL) & 1).isZero();
    assertThat(guest.log).isEmpty();
  }

  private static Guest page(VmxControl... controls) {
    Guest guest = Guest.with(controls);
    guest.set(VIRTUALIZE_APIC_ACCESSES);
    return guest;
  }

  /** The last entry of the table leads to the descriptor: vector E3h, destination FEDC3456h. */
  private static Guest ipis(VmxControl... controls) {
    Guest guest = Guest.with(controls);
    guest.set(IPI_VIRTUALIZATION);
    guest.vmcs.set(VmcsField.LAST_PID_POINTER_INDEX, LAST);
    guest.memory.putLong(Guest.TABLE + 8 * LAST, Guest.DESCRIPTOR | 1);
    guest.memory.putLong(CONTROL, 0xFEDC_3456_00E3_0000L);
    return guest;
  }
}
