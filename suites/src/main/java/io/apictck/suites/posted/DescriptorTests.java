package io.apictck.suites.posted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The posted-interrupt descriptor as the processor uses it. */
@Conformance
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class DescriptorTests {
  private static final int QUADS = PostedInterruptDescriptor.SIZE / 8;
  private static final int CONTROL = PostedInterruptDescriptor.CONTROL / 8;

  @Test
  @Covers({"PI-DSC-001", "PI-STEP-003"})
  void nothingButRequestsAndOnChanges(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    for (int quad = CONTROL; quad <= QUADS; quad++) {
      guest.descriptor().setQuad(quad * 8, -1);
    }
    PostedGuest.postAtHome(guest, 0x51, 0xA2);
    guest.vcpu().enter();
    guest.vcpu().leave();
    assertThat(guest.descriptor().pir()).isEmptySet();
    assertThat(guest.descriptor().control())
        .as("quadword with ON")
        .isEqualTo(~PostedInterruptDescriptor.ON);
    for (int quad = CONTROL + 1; quad <= QUADS; quad++) {
      assertThat(guest.descriptor().quad(quad * 8)).as("quadword %d", quad).isEqualTo(-1);
    }
    assertThat(guest.page().virr()).containsExactlyVectors(0x51, 0xA2);
  }

  @Test
  @Covers("PI-DSC-002")
  void suppressionVectorAndDestinationDoNotMatter(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest
        .descriptor()
        .setControl(
            PostedInterruptDescriptor.control(0x44, 0x7E, false) | PostedInterruptDescriptor.SN);
    PostedGuest.postAtHome(guest, 0x51);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().serve(0x51);
    guest.vcpu().leave();
    assertThat(guest.descriptor().control())
        .as("quadword with ON")
        .isEqualTo(
            PostedInterruptDescriptor.control(0x44, 0x7E, false) | PostedInterruptDescriptor.SN);
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"PI-DSC-003", "PI-STEP-003", "PI-STEP-008"})
  void lockedWritesOfAnotherProcessorLoseNothing(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    Cpu sender = machine.cpu(1);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    // requests before and behind each notification, in one block
    List<Instruction> block = new ArrayList<>();
    for (int vector = 0x20; vector <= 0xFF; vector++) {
      block.add(PostedGuest.requesting(guest, vector));
      block.add(
          new Instruction.LockedOr(
              guest.descriptor().address() + PostedInterruptDescriptor.CONTROL,
              4,
              PostedInterruptDescriptor.SN));
      block.add(PostedGuest.settingOn(guest));
      block.addAll(PostedGuest.notifying(guest, sender));
    }
    sender.run(block);
    sender.run(PostedGuest.notifying(guest, sender));
    assertThat(machine.settle(() -> taken.count() == 0xE0)).as("all are taken").isTrue();
    assertThat(taken.vectors().stream().distinct().count()).as("vectors").isEqualTo(0xE0);
    guest.vcpu().leave();
    assertThat(guest.descriptor().pir()).isEmptySet();
    assertThat(guest.descriptor().control())
        .as("quadword with ON")
        .isEqualTo(PostedInterruptDescriptor.SN);
  }

  @Test
  @Covers("PI-DSC-004")
  void requestsWithoutOnAreProcessed(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.descriptor().request(0x51);
    cpu.lapic().sendSelfIpi(PostedGuest.NV);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    guest.guest().serve(0x51);
    guest.vcpu().leave();
    assertThat(guest.descriptor().pir()).isEmptySet();
    assertThat(guest.descriptor().on()).as("ON").isFalse();
  }
}
