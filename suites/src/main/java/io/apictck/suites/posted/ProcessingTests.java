package io.apictck.suites.posted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The steps of posted-interrupt processing. */
@Conformance
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class ProcessingTests {
  private static final int RANDOM_PATTERNS = 64;

  private static void process(ApicGuest guest) {
    guest.host().lapic().sendSelfIpi(PostedGuest.NV);
    guest.vcpu().enter();
    guest.vcpu().leave();
  }

  @Test
  @Covers("PI-STEP-001")
  void anotherVectorExits(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.descriptor().request(0x51);
    cpu.run(PostedGuest.settingOn(guest));
    cpu.lapic().sendSelfIpi(PostedGuest.NV + 1);
    assertThat(guest.vcpu().enterUntilExit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, PostedGuest.NV + 1);
    assertThat(guest.descriptor().pir()).containsExactlyVectors(0x51);
    assertThat(guest.descriptor().on()).as("ON").isTrue();
    assertThat(guest.page().virr()).isEmptySet();
    assertThat(cpu.lapic()).isServicing(PostedGuest.NV + 1);
    cpu.lapic().eoi();
  }

  @Test
  @OnMachine(processors = 2)
  @Covers({"PI-STEP-002", "PI-STEP-004"})
  void theNotificationMakesNoExitAndIsEnded(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.vcpu().enter();
    PostedGuest.post(guest, machine.cpu(1), 0x51);
    PostedGuest.post(guest, machine.cpu(1), 0x61);
    machine.expectNothing();
    // the class of the notification holds nothing back
    machine.cpu(1).lapic().sendIpi(cpu, 0x33);
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.EXTERNAL_INTERRUPT)
        .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, 0x33);
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
    assertThat(guest.page().virr()).containsExactlyVectors(0x51, 0x61);
    assertThat(cpu.lapic()).isServicing(0x33).requestsNothing();
    cpu.lapic().eoi();
  }

  @Test
  @Sweep
  @Covers({"PI-STEP-005", "PI-STEP-006", "PI-STEP-003"})
  void eachRequestMovesToVirr(Cpu cpu, Cases cases) {
    ApicGuest guest = PostedGuest.of(cpu);
    cases.range(0, 0xFF, vector -> moves(guest, VectorSet.of(), VectorSet.of(vector), 0));
  }

  @Test
  @Sweep
  @Covers({"PI-STEP-005", "PI-STEP-006"})
  void anyRequestsMoveToVirr(Cpu cpu, Cases cases) {
    ApicGuest guest = PostedGuest.of(cpu);
    cases.range(
        1,
        RANDOM_PATTERNS,
        seed -> {
          Random random = new Random(seed);
          moves(guest, pattern(random), pattern(random), random.nextInt(0x100));
        });
  }

  private static VectorSet pattern(Random random) {
    VectorSet set = new VectorSet();
    for (int i = 0; i < 8; i++) {
      set.setWord(i, random.nextInt());
    }
    return set;
  }

  private static void moves(ApicGuest guest, VectorSet requested, VectorSet posted, int rvi) {
    guest.page().setVirr(requested);
    guest.descriptor().setPir(posted);
    guest.descriptor().setControl(1);
    guest.setInterruptStatus(rvi, 0);
    process(guest);
    VectorSet expected = requested.copy();
    posted.stream().forEach(expected::add);
    assertThat(guest.page().virr()).as("VIRR").isEqualTo(expected);
    assertThat(guest.descriptor().pir()).isEmptySet();
    assertThat(guest.descriptor().on()).as("ON").isFalse();
    assertThat(guest.rvi()).as("RVI").isEqualTo(Math.max(rvi, posted.highest()));
  }

  @Test
  @Covers({"PI-STEP-006", "PI-STEP-002"})
  void rviNeverFalls(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    moves(guest, VectorSet.of(0x80), VectorSet.of(0x61), 0x80);
    moves(guest, VectorSet.of(0x80), VectorSet.of(), 0x80);
    moves(guest, VectorSet.of(), VectorSet.of(), 0);
  }

  @Test
  @Covers("PI-STEP-007")
  void whatWasPostedIsDeliveredAtOnce(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, 0x51);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    assertThat(guest.guest().takeInterrupt(0x51)).interruptedIdle();
    guest.guest().finishInterrupt();
  }

  @Test
  @Covers("PI-STEP-007")
  void whatWasPostedIsDeliveredAfterSti(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, 0x51);
    guest.vcpu().enter();
    guest.guest().nop();
    guest.guest().sti();
    guest.guest().serve(0x51);
  }

  @Test
  @Covers("PI-STEP-009")
  void anotherInterruptSeesAllOfItOrNothing(Cpu cpu) {
    for (int other : new int[] {PostedGuest.NV - 0x10, PostedGuest.NV + 1}) {
      ApicGuest guest = PostedGuest.of(cpu);
      PostedGuest.postAtHome(guest, 0x51, 0x61);
      cpu.lapic().sendSelfIpi(other);
      assertThat(guest.vcpu().enterUntilExit())
          .hasReason(ExitReason.EXTERNAL_INTERRUPT)
          .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, other);
      if (other < PostedGuest.NV) {
        assertThat(guest.page().virr()).containsExactlyVectors(0x51, 0x61);
        assertThat(guest.rvi()).as("RVI").isEqualTo(0x61);
        assertThat(guest.descriptor().pir()).isEmptySet();
        assertThat(guest.descriptor().on()).as("ON").isFalse();
        assertThat(cpu.lapic()).isServicing(other).requestsNothing();
      } else {
        assertThat(guest.page().virr()).isEmptySet();
        assertThat(guest.rvi()).as("RVI").isZero();
        assertThat(guest.descriptor().pir()).containsExactlyVectors(0x51, 0x61);
        assertThat(guest.descriptor().on()).as("ON").isTrue();
        assertThat(cpu.lapic()).isServicing(other).requests(PostedGuest.NV);
      }
      cpu.lapic().eoi();
      guest.vcpu().enter();
      guest.vcpu().leave();
      assertThat(guest.page().virr()).containsExactlyVectors(0x51, 0x61);
      assertThat(cpu.lapic()).isIdle();
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Covers("PI-STEP-010")
  void theProcessorPriorityStays(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    guest.prepare(0, 0, 0x5C, true);
    guest.vcpu().enter();
    machine.cpu(1).write32(guest.page().address() + 0x80, 0x1C);
    PostedGuest.post(guest, machine.cpu(1), 0x4E);
    machine.expectNothing();
    guest.vcpu().leave();
    assertThat(guest.page().vppr()).as("VPPR").isEqualTo(0x5C);
    assertThat(guest.rvi()).as("RVI").isEqualTo(0x4E);
  }

  @Test
  @Covers("PI-STEP-011")
  void aLowClassWaitsForTheTaskPriority(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    PostedGuest.postAtHome(guest, 0x5E);
    guest.prepare(0, 0, 0x51, true);
    guest.vcpu().enter();
    guest.guest().nop();
    guest.guest().setCr8(5);
    guest.vcpu().leave();
    assertThat(guest.vcpu().read(VmcsField.GUEST_INTERRUPT_STATUS)).as("RVI").isEqualTo(0x5E);
    assertThat(guest.page().virr()).containsExactlyVectors(0x5E);
    guest.vcpu().enter();
    guest.guest().start(new Instruction.MovToCr8(4));
    guest.guest().serve(0x5E);
  }
}
