package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.INTERRUPT_WINDOW_EXITING;
import static io.apictck.arch.vmx.VmxControl.PROCESS_POSTED_INTERRUPTS;
import static io.apictck.arch.vmx.VmxControl.VIRTUAL_INTERRUPT_DELIVERY;
import static org.assertj.core.api.Assertions.assertThat;

import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Posted-interrupt processing. */
final class PostedInterruptTest {
  private static final int VTPR = 0x80;
  private static final int VPPR = 0xA0;
  private static final int CONTROL = Guest.DESCRIPTOR + 32;

  private final Guest guest = Guest.with(VIRTUAL_INTERRUPT_DELIVERY, PROCESS_POSTED_INTERRUPTS);

  @Test
  void eachVectorArrives() {
    for (int vector = 0; vector < 0x100; vector++) {
      guest.put(VTPR, 0x50);
      guest.enter(0, 0);
      post(vector);
      assertThat(guest.apic.notified(Guest.NOTIFICATION)).isTrue();
      assertThat(guest.virr()).containsExactly(vector);
      assertThat(guest.apic.recognized()).isEqualTo(vector >= 0x60);
      assertThat(pir()).containsOnly(0);
      assertThat(guest.status()).isEqualTo(vector);
      guest.put(VirtualApicPage.doubleword(VirtualApicPage.VIRR, vector), 0);
    }
  }

  @Test
  void onlyTheVectorOfTheVmcsNotifies() {
    memorySet(CONTROL, 0x71L << 16 | 1);
    guest.enter();
    post(0x61);
    for (int vector = 0; vector < 0x100; vector++) {
      if (vector != Guest.NOTIFICATION) {
        assertThat(guest.apic.notified(vector)).isFalse();
      }
    }
    assertThat(guest.memory.getLong(CONTROL)).isEqualTo(0x71L << 16 | 1);
    assertThat(guest.virr()).isEmpty();
    assertThat(guest.log).isEmpty();
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.apic.notified(Guest.NOTIFICATION)).isTrue();
  }

  @Test
  void everyNotificationVectorIsPossible() {
    for (int vector = 0; vector < 0x100; vector++) {
      guest.vmcs.set(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, vector);
      guest.enter();
      assertThat(guest.apic.notified(vector)).isTrue();
      assertThat(guest.apic.notified(vector ^ 0x80)).isFalse();
    }
  }

  @Test
  void onlyOutstandingAndRequestsChangeInTheDescriptor() {
    for (int offset = 32; offset < 64; offset += 8) {
      memorySet(Guest.DESCRIPTOR + offset, -1);
    }
    guest.enter();
    post(0x61);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(pir()).containsOnly(0);
    assertThat(guest.memory.getLong(CONTROL)).isEqualTo(-2);
    for (int offset = 40; offset < 64; offset += 8) {
      assertThat(guest.memory.getLong(Guest.DESCRIPTOR + offset)).isEqualTo(-1);
    }
    assertThat(guest.memory.getLong(Guest.DESCRIPTOR - 8)).isZero();
    assertThat(guest.memory.getLong(Guest.DESCRIPTOR + 64)).isZero();
  }

  @Test
  void outstandingIsClearedBeforeTheEoiAndNotLookedAt() {
    memorySet(CONTROL, 3);
    guest.enter();
    post(0x61);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(guest.log).containsExactly("EOI, ON=0");
    assertThat(guest.memory.getLong(CONTROL)).isEqualTo(2);
    post(0x62);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(guest.virr()).containsExactly(0x61, 0x62);
    assertThat(guest.log).hasSize(2);
  }

  @Test
  void requestsAreMerged() {
    Random random = new Random(7);
    for (int round = 0; round < 1_000; round++) {
      long[] requests = new long[4];
      for (int i = 0; i < 4; i++) {
        requests[i] = random.nextLong();
        memorySet(Guest.DESCRIPTOR + i * 8, requests[i]);
      }
      int[] pending = new int[8];
      for (int i = 0; i < 8; i++) {
        pending[i] = random.nextInt();
        guest.put(0x200 + i * 16, pending[i]);
      }
      int rvi = random.nextInt(0x100);
      guest.enter(rvi, 0);
      guest.apic.notified(Guest.NOTIFICATION);
      for (int i = 0; i < 8; i++) {
        assertThat(guest.get(0x200 + i * 16))
            .isEqualTo(pending[i] | (int) (requests[i / 2] >>> (i % 2 * 32)));
      }
      assertThat(pir()).containsOnly(0);
      int expected = rvi;
      for (int vector = 0; vector < 0x100; vector++) {
        if ((requests[vector / 64] >>> vector % 64 & 1) != 0 && vector > expected) {
          expected = vector;
        }
      }
      assertThat(guest.status()).isEqualTo(expected);
    }
  }

  @Test
  void anEmptyDescriptorLeavesRvi() {
    guest.put(VTPR, 0xF0);
    guest.put(VirtualApicPage.VIRR, List.of(0x91));
    guest.enter(0x80, 0);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(guest.virr()).containsExactly(0x91);
    assertThat(guest.status()).isEqualTo(0x80);
  }

  @Test
  void thePriorityOfTheProcessorStays() {
    guest.put(VTPR, 0x50);
    guest.enter(0, 0);
    guest.put(VTPR, 0);
    post(0x51);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(guest.get(VPPR)).isEqualTo(0x50);
    assertThat(guest.apic.recognized()).isFalse();
    guest.apic.writeCr8(0);
    assertThat(guest.apic.recognized()).isTrue();
  }

  @Test
  void processingEvaluatesEvenWithoutRequests() {
    guest.put(VTPR, 0x70);
    guest.enter(0x61, 0);
    assertThat(guest.apic.recognized()).isFalse();
    guest.put(VPPR, 0);
    guest.apic.notified(Guest.NOTIFICATION);
    assertThat(guest.apic.recognized()).isTrue();
  }

  @Test
  void windowExitingSuppressesOnlyRecognition() {
    guest.set(INTERRUPT_WINDOW_EXITING);
    guest.enter(0, 0);
    post(0x91);
    assertThat(guest.apic.notified(Guest.NOTIFICATION)).isTrue();
    assertThat(guest.apic.recognized()).isFalse();
    assertThat(guest.virr()).containsExactly(0x91);
    assertThat(guest.status()).isEqualTo(0x91);
  }

  @Test
  void withoutTheControlAndInRootOperationNothingIsProcessed() {
    guest.clear(PROCESS_POSTED_INTERRUPTS);
    guest.enter();
    assertUntouched();
    guest.status();
    guest.set(PROCESS_POSTED_INTERRUPTS);
    assertUntouched();
    guest.enter();
    guest.status();
    assertUntouched();
  }

  private void assertUntouched() {
    post(0x61);
    assertThat(guest.apic.notified(Guest.NOTIFICATION)).isFalse();
    assertThat(pir()).containsExactly(0, 1L << (0x61 - 0x40), 0, 0);
    assertThat(guest.virr()).isEmpty();
    assertThat(guest.log).isEmpty();
  }

  private void post(int vector) {
    memorySet(Guest.DESCRIPTOR + vector / 64 * 8, 1L << vector % 64);
  }

  private void memorySet(int address, long value) {
    guest.memory.putLong(address, value);
  }

  private long[] pir() {
    return new long[] {
      guest.memory.getLong(Guest.DESCRIPTOR),
      guest.memory.getLong(Guest.DESCRIPTOR + 8),
      guest.memory.getLong(Guest.DESCRIPTOR + 16),
      guest.memory.getLong(Guest.DESCRIPTOR + 24)
    };
  }
}
