package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.IPI_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_APIC_ACCESSES;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accesses to the APIC-access page: all offsets, widths and controls. */
final class AccessPageTest {
  private static final int[] WIDTHS = {1, 2, 4, 8};
  private static final long VALUE = 0x8877_6655_CAFE_BABEL;
  private static final int VPPR = 0x0A0;
  private static final int REGISTERS = 1;
  private static final int DELIVERY = 2;
  private static final int IPIS = 4;
  private static final int NO_SHADOW = 8;

  private static final Set<Integer> WRITABLE =
      offsets(
          0x020, 0x080, 0x0B0, 0x0D0, 0x0E0, 0x0F0, 0x280, 0x300, 0x310, 0x320, 0x330, 0x340, 0x350,
          0x360, 0x370, 0x380, 0x3E0);
  private static final Set<Integer> READ_ONLY =
      offsets(
          0x030, 0x100, 0x110, 0x120, 0x130, 0x140, 0x150, 0x160, 0x170, 0x180, 0x190, 0x1A0, 0x1B0,
          0x1C0, 0x1D0, 0x1E0, 0x1F0, 0x200, 0x210, 0x220, 0x230, 0x240, 0x250, 0x260, 0x270);

  private final byte[] before = new byte[0x1000];

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, NO_SHADOW, NO_SHADOW | REGISTERS | DELIVERY})
  void reads(int controls) {
    Guest guest = guest(controls).enter();
    for (int offset = 0; offset < 0x1000; offset += 4) {
      guest.put(offset, offset * 0x0101_0101 ^ 0x5A5A_5A5A);
    }
    System.arraycopy(guest.page(), 0, before, 0, before.length);
    for (int width : WIDTHS) {
      for (int offset = 0; offset < 0x1000; offset++) {
        ApicOutcome expected =
            readVirtualized(controls, offset, width)
                ? ApicOutcome.value(guest.read(Guest.PAGE + offset, width))
                : ApicOutcome.exit(ExitReason.APIC_ACCESS, offset);
        assertThat(guest.apic.covers(Guest.ACCESS_PAGE + offset, width)).isTrue();
        assertThat(guest.apic.read(Guest.ACCESS_PAGE + offset, width))
            .as("%d bytes at %03X", width, offset)
            .isEqualTo(expected);
      }
    }
    assertUnchanged(guest);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, NO_SHADOW, NO_SHADOW | REGISTERS | DELIVERY})
  void writes(int controls) {
    Guest guest = guest(controls).enter();
    for (int width : WIDTHS) {
      for (int offset = 0; offset < 0x1000; offset++) {
        ApicOutcome outcome = guest.apic.write(Guest.ACCESS_PAGE + offset, width, VALUE);
        ApicOutcome expected = ApicOutcome.exit(ExitReason.APIC_ACCESS, 0x1000 | offset);
        if (writeVirtualized(controls, offset, width)) {
          expected = expectWrite(controls, offset);
          assertThat(guest.get(offset & ~3))
              .as("%d bytes at %03X", width, offset)
              .isEqualTo(expectedRegister(controls, offset, width));
          restore(guest, offset & ~3);
          restore(guest, VPPR);
        }
        assertThat(outcome).as("%d bytes at %03X", width, offset).isEqualTo(expected);
        assertUnchanged(guest);
      }
    }
  }

  private static ApicOutcome expectWrite(int controls, int offset) {
    boolean done =
        offset == 0x080
            || (offset == 0x0B0 && (controls & DELIVERY) != 0)
            || (offset & ~3) == 0x310;
    return done ? ApicOutcome.DONE : ApicOutcome.trapExit(ExitReason.APIC_WRITE, offset);
  }

  private static void restore(Guest guest, int offset) {
    guest.put(offset, pattern(offset));
  }

  private static int expectedRegister(int controls, int offset, int width) {
    int shift = (offset & 3) * 8;
    int mask = (int) ((1L << (width * 8)) - 1) << shift;
    int stored = (pattern(offset & ~3) & ~mask) | (((int) VALUE << shift) & mask);
    if (offset == 0x080) {
      return stored & 0xFF;
    }
    if (offset == 0x0B0 && (controls & DELIVERY) != 0) {
      return 0;
    }
    return (offset & ~3) == 0x310 ? stored & 0xFF00_0000 : stored;
  }

  private static boolean readVirtualized(int controls, int offset, int width) {
    if ((controls & NO_SHADOW) != 0 || width > 4 || (offset & 0xF) + width > 4) {
      return false;
    }
    if ((controls & REGISTERS) != 0) {
      int register = offset & ~0xF;
      return WRITABLE.contains(register) || READ_ONLY.contains(register);
    }
    return offset == 0x080 || ((controls & DELIVERY) != 0 && (offset == 0x0B0 || offset == 0x300));
  }

  private static boolean writeVirtualized(int controls, int offset, int width) {
    if ((controls & NO_SHADOW) != 0 || width > 4 || (offset & 0xF) + width > 4) {
      return false;
    }
    if ((controls & REGISTERS) != 0) {
      return WRITABLE.contains(offset & ~0xF);
    }
    return switch (offset) {
      case 0x080 -> true;
      case 0x0B0 -> (controls & DELIVERY) != 0;
      case 0x300 -> (controls & (DELIVERY | IPIS)) != 0;
      default -> false;
    };
  }

  @Test
  void onlyTheAccessPageIsCovered() {
    Guest guest = guest(REGISTERS).enter();
    for (int width : WIDTHS) {
      for (int distance = 1; distance <= 8; distance++) {
        assertThat(guest.apic.covers(Guest.ACCESS_PAGE - distance, width))
            .isEqualTo(width > distance);
      }
      assertThat(guest.apic.covers(Guest.ACCESS_PAGE + 0x1000, width)).isFalse();
      assertThat(guest.apic.covers(Guest.ACCESS_PAGE + 0x1_0000_0000L, width)).isFalse();
    }
    assertThat(guest.apic.read(Guest.ACCESS_PAGE + 0x1080, 4)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.write(Guest.PAGE + 0x80, 4, 0)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.read(Guest.ACCESS_PAGE - 1, 2))
        .isEqualTo(ApicOutcome.exit(ExitReason.APIC_ACCESS, 0));
    assertThat(guest.apic.write(Guest.ACCESS_PAGE + 0xFFE, 4, 0))
        .isEqualTo(ApicOutcome.exit(ExitReason.APIC_ACCESS, 0x1FFE));
    assertUnchanged(guest);
  }

  @Test
  void withoutTheControlAndInRootOperationThePageIsMemory() {
    Guest guest = guest(REGISTERS | DELIVERY);
    guest.clear(VIRTUALIZE_APIC_ACCESSES);
    guest.enter();
    assertMemory(guest);
    guest.apic.leave();
    guest.set(VIRTUALIZE_APIC_ACCESSES);
    assertMemory(guest);
    guest.enter();
    assertThat(guest.apic.covers(Guest.ACCESS_PAGE + 0x80, 4)).isTrue();
    guest.apic.leave();
    assertMemory(guest);
  }

  private static void assertMemory(Guest guest) {
    assertThat(guest.apic.covers(Guest.ACCESS_PAGE + 0x80, 4)).isFalse();
    assertThat(guest.apic.read(Guest.ACCESS_PAGE + 0x80, 4)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.write(Guest.ACCESS_PAGE + 0x80, 4, 1)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.fetch(Guest.ACCESS_PAGE + 0x80)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.eventDelivery(Guest.ACCESS_PAGE + 0x80)).isEqualTo(ApicOutcome.PASSED);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, REGISTERS | DELIVERY | IPIS, NO_SHADOW})
  void fetchesAndEventDeliveryAlwaysExit(int controls) {
    Guest guest = guest(controls).enter();
    for (int offset = 0; offset < 0x1000; offset++) {
      assertThat(guest.apic.fetch(Guest.ACCESS_PAGE + offset))
          .isEqualTo(ApicOutcome.exit(ExitReason.APIC_ACCESS, 0x2000 | offset));
      assertThat(guest.apic.eventDelivery(Guest.ACCESS_PAGE + offset))
          .isEqualTo(ApicOutcome.exit(ExitReason.APIC_ACCESS, 0x3000 | offset));
    }
    assertThat(guest.apic.fetch(Guest.ACCESS_PAGE - 1)).isEqualTo(ApicOutcome.PASSED);
    assertThat(guest.apic.eventDelivery(Guest.ACCESS_PAGE + 0x1000)).isEqualTo(ApicOutcome.PASSED);
  }

  private Guest guest(int controls) {
    Guest guest = Guest.with(VIRTUALIZE_APIC_ACCESSES);
    if ((controls & REGISTERS) != 0) {
      guest.set(APIC_REGISTER_VIRTUALIZATION);
    }
    if ((controls & DELIVERY) != 0) {
      guest.set(VIRTUAL_INTERRUPT_DELIVERY);
    }
    if ((controls & IPIS) != 0) {
      guest.set(IPI_VIRTUALIZATION);
    }
    if ((controls & NO_SHADOW) != 0) {
      guest.clear(USE_TPR_SHADOW);
    }
    for (int offset = 0; offset < 0x1000; offset += 4) {
      guest.put(offset, pattern(offset));
    }
    System.arraycopy(guest.page(), 0, before, 0, before.length);
    Arrays.fill(guest.memory.array(), Guest.ACCESS_PAGE, Guest.ACCESS_PAGE + 0x1000, (byte) 0xEE);
    guest.vmcs.set(VmcsField.GUEST_INTERRUPT_STATUS, 0);
    return guest;
  }

  /**
   * Nothing is in service, VPPR is what VTPR makes of it; ICR and its destination find no entry in
   * the table.
   */
  private static int pattern(int offset) {
    if (offset >= 0x100 && offset < 0x300 && (offset & 0xF) == 0) {
      return 0;
    }
    return switch (offset) {
      case 0x0A0, 0x080 -> 0x5C;
      case 0x300, 0x310 -> 0xF000_0000;
      default -> offset * 0x0101_0101 ^ 0x5A5A_5A5A;
    };
  }

  private void assertUnchanged(Guest guest) {
    assertThat(Arrays.equals(guest.page(), before)).isTrue();
  }

  private static Set<Integer> offsets(Integer... offsets) {
    return new TreeSet<>(Arrays.asList(offsets));
  }
}
