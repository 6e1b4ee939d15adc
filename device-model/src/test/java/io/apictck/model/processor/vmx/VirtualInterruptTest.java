package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VirtualApicPage.VIRR;
import static io.apictck.arch.vmx.VirtualApicPage.VISR;
import static io.apictck.arch.vmx.VmxControl.INTERRUPT_WINDOW_EXITING;
import static io.apictck.arch.vmx.VmxControl.PROCESS_POSTED_INTERRUPTS;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_APIC_ACCESSES;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import java.util.List;
import org.junit.jupiter.api.Test;

/** PPR virtualization, evaluation, delivery, EOI and self-IPI virtualization. */
final class VirtualInterruptTest {
  private static final int VTPR = 0x80;
  private static final int VPPR = 0xA0;
  private static final int X2APIC_TPR = 0x808;
  private static final int X2APIC_EOI = 0x80B;
  private static final int X2APIC_SELF_IPI = 0x83F;
  private static final VmcsField[] BITMAPS = {
    VmcsField.EOI_EXIT_BITMAP_0,
    VmcsField.EOI_EXIT_BITMAP_1,
    VmcsField.EOI_EXIT_BITMAP_2,
    VmcsField.EOI_EXIT_BITMAP_3
  };

  private final Guest guest = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, VIRTUALIZE_X2APIC_MODE);

  @Test
  void entryVirtualizesThePriorityOfTheProcessor() {
    for (int vtpr = 0; vtpr < 0x100; vtpr++) {
      for (int svi = 0; svi < 0x100; svi++) {
        guest.put(VTPR, vtpr | 0xABCD_EF00);
        guest.put(VPPR, -1);
        guest.enter(0, svi);
        int expected = vtpr / 16 >= svi / 16 ? vtpr : svi / 16 * 16;
        assertThat(guest.get(VPPR)).isEqualTo(expected);
        assertThat(guest.status()).isEqualTo(svi * 256);
      }
    }
  }

  @Test
  void resetInTheGuestForgetsIt() {
    Guest reset = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, VIRTUALIZE_APIC_ACCESSES).enter(0x91, 0);
    assertThat(reset.apic.recognized()).isTrue();
    assertThat(reset.apic.covers(Guest.ACCESS_PAGE, 4)).isTrue();
    reset.apic.reset();
    assertThat(reset.apic.recognized()).isFalse();
    assertThat(reset.apic.covers(Guest.ACCESS_PAGE, 4)).isFalse();
  }

  @Test
  void entryChangesNothingButThePriority() {
    guest.put(VIRR, List.of(0x33, 0xC1));
    guest.put(VISR, List.of(0x22, 0xEE));
    guest.put(VTPR, 0x4F);
    guest.enter(0x91, 0x71);
    assertThat(guest.virr()).containsExactly(0x33, 0xC1);
    assertThat(guest.visr()).containsExactly(0x22, 0xEE);
    assertThat(guest.get(VTPR)).isEqualTo(0x4F);
    assertThat(guest.status()).isEqualTo(0x7191);
  }

  @Test
  void recognitionComparesClassesWhateverTheTrigger() {
    for (int vector = 0; vector < 0x100; vector++) {
      for (int vtpr = 0; vtpr < 0x100; vtpr++) {
        boolean expected = vector / 16 > vtpr / 16;
        guest.put(VTPR, vtpr);
        guest.enter(vector, 0);
        assertThat(guest.apic.recognized()).isEqualTo(expected);
        guest.status();

        guest.put(VTPR, 0xFF);
        guest.enter(vector, 0);
        assertThat(guest.apic.recognized()).isFalse();
        guest.apic.wrmsr(X2APIC_TPR, vtpr);
        assertThat(guest.apic.recognized()).isEqualTo(expected);
        guest.status();

        guest.put(VTPR, vtpr);
        guest.enter(vector, 0xFF);
        assertThat(guest.apic.recognized()).isFalse();
        guest.apic.wrmsr(X2APIC_EOI, 0);
        assertThat(guest.apic.recognized()).isEqualTo(expected);
        guest.status();

        if (vector >= 0x10) {
          guest.enter(0, 0);
          guest.apic.wrmsr(X2APIC_SELF_IPI, vector);
          assertThat(guest.apic.recognized()).isEqualTo(expected);
          assertThat(guest.get(VPPR)).isEqualTo(vtpr);
          assertThat(guest.status()).isEqualTo(vector);
        }
        assertThat(guest.apic.recognized()).isFalse();
      }
    }
  }

  @Test
  void everyChangeOfRecognitionIsTold() {
    guest.enter(0x51, 0);
    assertThat(guest.changes).isEqualTo(1);
    guest.apic.writeCr8(3);
    assertThat(guest.changes).isEqualTo(1);
    guest.apic.writeCr8(6);
    assertThat(guest.changes).isEqualTo(2);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.writeCr8(0);
    assertThat(guest.changes).isEqualTo(3);
    guest.apic.deliver();
    assertThat(guest.changes).isEqualTo(4);
  }

  @Test
  void requestsInMemoryAreNoRequests() {
    guest.put(VIRR, List.of(0x61));
    guest.enter(0, 0);
    guest.apic.wrmsr(X2APIC_TPR, 0x10);
    guest.apic.wrmsr(X2APIC_TPR, 0);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.wrmsr(X2APIC_SELF_IPI, 0x31);
    assertThat(guest.apic.deliver()).isEqualTo(0x31);
    assertThat(guest.status()).isEqualTo(0x3161);
  }

  @Test
  void memoryAloneChangesNothing() {
    guest.put(VTPR, 0x60);
    guest.enter(0x51, 0);
    guest.put(VTPR, 0);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.writeCr8(4);
    assertThat(guest.apic.recognized()).isTrue();
    guest.put(VTPR, 0xF0);
    assertThat(guest.apic.recognized()).isTrue();
  }

  @Test
  void windowExitingSuppressesRecognition() {
    guest.set(INTERRUPT_WINDOW_EXITING);
    guest.enter(0xE1, 0);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.wrmsr(X2APIC_TPR, 0);
    guest.apic.wrmsr(X2APIC_SELF_IPI, 0xE5);
    guest.apic.wrmsr(X2APIC_EOI, 0);
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.status()).isEqualTo(0xE5);
    guest.clear(INTERRUPT_WINDOW_EXITING);
    guest.enter();
    assertThat(guest.apic.recognized()).isTrue();
    assertThat(guest.apic.deliver()).isEqualTo(0xE5);
  }

  @Test
  void deliveryMovesEachVector() {
    for (int vector = 0x10; vector < 0x100; vector++) {
      Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY);
      each.put(VIRR, List.of(vector));
      each.put(VTPR, 0x0C);
      each.enter(vector, 0);
      each.put(VPPR, 0x1234_560C);
      assertThat(each.apic.deliver()).isEqualTo(vector);
      assertThat(each.apic.recognized()).isFalse();
      assertThat(each.virr()).isEmpty();
      assertThat(each.visr()).containsExactly(vector);
      assertThat(each.get(VPPR)).isEqualTo(vector & 0xF0);
      assertThat(each.status()).isEqualTo(vector << 8);
    }
  }

  @Test
  void deliveryLeavesTheNextRequestInRvi() {
    for (int next = 0; next < 0x73; next++) {
      Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY);
      each.put(VIRR, List.of(next, 0x73));
      each.put(VIRR, List.of(0x00));
      each.enter(0x73, 0);
      assertThat(each.apic.deliver()).isEqualTo(0x73);
      assertThat(each.status()).isEqualTo(0x7300 | next);
    }
  }

  @Test
  void rviWithoutItsRequestIsDelivered() {
    guest.enter(0x61, 0);
    assertThat(guest.apic.deliver()).isEqualTo(0x61);
    assertThat(guest.visr()).containsExactly(0x61);
    assertThat(guest.status()).isEqualTo(0x6100);
  }

  @Test
  void theNextRequestWaitsForAnEvaluation() {
    guest.put(VIRR, List.of(0x41, 0x73));
    guest.enter(0x73, 0);
    guest.apic.deliver();
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.apic.wrmsr(X2APIC_EOI, 0)).isEqualTo(ApicOutcome.DONE);
    assertThat(guest.get(VPPR)).isZero();
    assertThat(guest.apic.recognized()).isTrue();
    assertThat(guest.apic.deliver()).isEqualTo(0x41);
  }

  @Test
  void handlersNestByClass() {
    for (int vector = 0x10; vector < 0x100; vector++) {
      Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, VIRTUALIZE_X2APIC_MODE);
      each.enter(0x60, 0);
      each.apic.deliver();
      each.apic.wrmsr(X2APIC_SELF_IPI, vector);
      assertThat(each.apic.recognized()).isEqualTo(vector >= 0x70);
      each.apic.wrmsr(X2APIC_EOI, 0);
      assertThat(each.apic.recognized()).isTrue();
    }
  }

  @Test
  void userInterruptNotificationLeavesService() {
    guest.vmcs.set(VmcsField.EOI_EXIT_BITMAP_3, -1);
    guest.put(VTPR, 0x25);
    guest.put(VIRR, List.of(0xEC, 0xD1));
    guest.put(VISR, List.of(0x41));
    guest.enter(0xEC, 0x41);
    assertThat(guest.apic.deliver()).isEqualTo(0xEC);
    guest.apic.deliveredToUser(0xEC);
    assertThat(guest.visr()).containsExactly(0x41);
    assertThat(guest.get(VPPR)).isEqualTo(0x40);
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.status()).isEqualTo(0x41D1);
  }

  @Test
  void eoiDismissesSvi() {
    for (int svi = 0; svi < 0x100; svi++) {
      for (int other : new int[] {0, 0x1F, 0x20, 0x41, 0x7F, 0x80, 0xFE, 0xFF}) {
        Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, VIRTUALIZE_X2APIC_MODE);
        each.put(VISR, List.of(svi, other));
        each.put(VTPR, 0x3A);
        each.enter(0, svi);
        assertThat(each.apic.wrmsr(X2APIC_EOI, 0)).isEqualTo(ApicOutcome.DONE);
        int left = svi == other ? 0 : other;
        assertThat(each.visr()).isEqualTo(svi == other ? List.of() : List.of(other));
        assertThat(each.get(VPPR)).isEqualTo(0x3A >= (left & 0xF0) ? 0x3A : left & 0xF0);
        assertThat(each.status()).isEqualTo(left << 8);
        assertThat(each.log).isEmpty();
      }
    }
  }

  @Test
  void eachBitOfTheEoiExitBitmapsIsForOneVector() {
    for (int bit = 0; bit < 0x100; bit++) {
      Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, VIRTUALIZE_X2APIC_MODE);
      each.vmcs.set(BITMAPS[bit / 64], 1L << bit % 64);
      for (int svi = 0; svi < 0x100; svi++) {
        each.put(VISR, List.of(svi));
        each.enter(0, svi);
        assertThat(each.apic.wrmsr(X2APIC_EOI, 0))
            .isEqualTo(
                svi == bit
                    ? ApicOutcome.trapExit(ExitReason.VIRTUALIZED_EOI, svi)
                    : ApicOutcome.DONE);
        assertThat(each.get(VPPR)).isZero();
        assertThat(each.status()).isZero();
        assertThat(each.get(VISR | (svi & 0xE0) >> 1)).isZero();
      }
    }
  }

  @Test
  void anEoiThatExitsEvaluatesNothing() {
    guest.vmcs.set(VmcsField.EOI_EXIT_BITMAP_1, -1);
    guest.put(VISR, List.of(0x73));
    guest.enter(0x41, 0x73);
    assertThat(guest.apic.wrmsr(X2APIC_EOI, 0))
        .isEqualTo(ApicOutcome.trapExit(ExitReason.VIRTUALIZED_EOI, 0x73));
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.status()).isEqualTo(0x41);
    guest.enter();
    assertThat(guest.apic.recognized()).isTrue();
  }

  @Test
  void selfIpisRaiseRvi() {
    for (int rvi = 0x10; rvi < 0x100; rvi++) {
      guest.put(VTPR, 0xF0);
      guest.enter(rvi, 0);
      guest.apic.wrmsr(X2APIC_SELF_IPI, 0x80);
      assertThat(guest.status()).isEqualTo(rvi > 0x80 ? rvi : 0x80);
    }
    assertThat(guest.virr()).containsExactly(0x80);
  }

  @Test
  void aSelfIpiOfTheVectorInServiceStaysPending() {
    guest.enter(0x51, 0);
    guest.apic.deliver();
    guest.apic.wrmsr(X2APIC_SELF_IPI, 0x51);
    guest.apic.wrmsr(X2APIC_SELF_IPI, 0x51);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.wrmsr(X2APIC_EOI, 0);
    assertThat(guest.apic.deliver()).isEqualTo(0x51);
    guest.apic.wrmsr(X2APIC_EOI, 0);
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.status()).isZero();
  }

  @Test
  void exitsBetweenRecognitionAndDeliveryLoseNothing() {
    for (int i = 0; i < 100; i++) {
      guest.enter(0x81, 0);
      assertThat(guest.apic.recognized()).isTrue();
      assertThat(guest.status()).isEqualTo(0x81);
      assertThat(guest.apic.recognized()).isFalse();
    }
  }

  @Test
  void withoutInterruptDeliveryTheStatusIsNotUsed() {
    guest.clear(VIRTUAL_INTERRUPT_DELIVERY);
    guest.put(VPPR, 0x1234);
    guest.enter(0xF1, 0x51);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.writeCr8(0);
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.get(VPPR)).isEqualTo(0x1234);
    assertThat(guest.status()).isEqualTo(0x51F1);
  }

  @Test
  void anotherVmcsHasItsOwnStatus() {
    guest.enter(0x81, 0x31);
    guest.status();
    Guest other = Guest.with(VIRTUAL_INTERRUPT_DELIVERY);
    guest.apic.enter(other.vmcs);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.leave();
    assertThat(other.vmcs.get(VmcsField.GUEST_INTERRUPT_STATUS)).isZero();
    assertThat(guest.vmcs.get(VmcsField.GUEST_INTERRUPT_STATUS)).isEqualTo(0x3181);
  }

  @Test
  void theProcessorWritesOnlyTheLowBytesOfEachSlot() {
    Guest each = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, PROCESS_POSTED_INTERRUPTS);
    for (int offset = 0; offset < 0x1000; offset += 4) {
      each.put(offset, offset % 16 == 0 && offset < 0x400 ? 0 : -1);
    }
    for (int vector = 0x10; vector < 0x100; vector++) {
      each.enter(0, 0);
      each.memory.putLong(Guest.DESCRIPTOR + vector / 64 * 8, 1L << vector % 64);
      each.apic.notified(Guest.NOTIFICATION);
      assertThat(each.apic.deliver()).isEqualTo(vector);
      each.apic.writeCr8(vector % 16);
      assertThat(each.visr()).containsExactly(vector);
      each.put(VISR | (vector & 0xE0) >> 1, 0);
      each.status();
    }
    for (int offset = 0; offset < 0x1000; offset += 4) {
      if (offset % 16 != 0 || offset >= 0x400) {
        assertThat(each.get(offset)).isEqualTo(-1);
      }
    }
  }

  @Test
  void interruptDeliveryNeedsTheShadow() {
    guest.clear(USE_TPR_SHADOW);
    guest.enter(0xF1, 0);
    assertThat(guest.apic.recognized()).isFalse();
  }
}
