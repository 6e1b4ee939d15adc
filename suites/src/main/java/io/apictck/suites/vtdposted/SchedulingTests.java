package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.PostedScheduling;
import io.apictck.suites.support.WakeUpList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A virtual processor runs, is preempted, blocked, woken and moved, and gets its device interrupts
 * all the time (Intel VT-d specification, "Using Interrupt Posting for Virtual Interrupt
 * Delivery").
 */
@Conformance
@OnMachine(processors = 2)
@Requires({Feature.INTERRUPT_POSTING, Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class SchedulingTests {
  private static final int VECTOR = 0x61;
  private static final int URGENT = 0x83;
  private static final int URGENT_INDEX = 0x183;

  private static PostedVcpu preempted(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(VECTOR, VECTOR + 1);
    vcpu.posting().set(URGENT_INDEX, vcpu.entry(URGENT).withUrgent(true));
    return vcpu;
  }

  @Test
  @Covers({"VTPI-SW-004", "VTPI-SW-002"})
  void aPreemptedOneInterruptsNobodyAndGetsItsInterruptsLater(Machine machine) {
    PostedVcpu vcpu = preempted(machine);
    machine.cpus().forEach(Cpu::sti);
    vcpu.posting().request(VECTOR);
    vcpu.posting().request(VECTOR + 1);
    machine.expectNothing();
    assertThat(vcpu.descriptor().on()).as("ON").isFalse();
    assertThat(vcpu.descriptor().pir()).containsExactlyVectors(VECTOR, VECTOR + 1);
    machine.cpu(1).cli();
    assertThat(vcpu.scheduling().scheduleIn(machine.cpu(1))).as("requests wait").isTrue();
    Counter taken = vcpu.cpu().countInterrupts(VECTOR, VECTOR + 1);
    vcpu.guest().vcpu().setInterruptFlag(true);
    vcpu.guest().vcpu().enter();
    machine.settle(() -> taken.count() == 2);
    assertThat(taken).hasVectors(VECTOR + 1, VECTOR);
    vcpu.hadNoExit(1);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
  }

  @Test
  @Covers({"VTPI-SW-002", "VTPI-SW-004"})
  void preemptionOfARunningOneHoldsItsInterruptsBack(Machine machine) {
    PostedVcpu vcpu = preempted(machine).running();
    vcpu.posting().request(VECTOR);
    vcpu.cpu().serve(VECTOR);
    vcpu.guest().vcpu().leave();
    vcpu.scheduling().preempt(machine.cpu(1));
    vcpu.posting().request(VECTOR);
    vcpu.posting().request(VECTOR);
    assertThat(machine.cpu(1).lapic()).isIdle();
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    vcpu.guest().vcpu().enter();
    vcpu.cpu().serve(VECTOR);
    // and running again it gets them at once
    vcpu.posting().request(VECTOR);
    vcpu.cpu().serve(VECTOR);
    vcpu.hadNoExit(2);
  }

  @Test
  @Covers({"VTPI-SW-004", "VTPI-OP-004"})
  void anUrgentInterruptOfAPreemptedOneIsTold(Machine machine) {
    PostedVcpu vcpu = preempted(machine);
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    vcpu.scheduling().preempt(machine.cpu(1));
    vcpu.posting().request(VECTOR);
    machine.expectNothing();
    vcpu.posting().request(URGENT_INDEX);
    machine.cpu(1).sti();
    machine.cpu(1).serve(PostedScheduling.ACTIVE);
    machine.cpu(1).cli();
    // its host may schedule it in at once, and finds both
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    Counter taken = vcpu.cpu().countInterrupts(VECTOR, URGENT);
    vcpu.guest().vcpu().setInterruptFlag(true);
    vcpu.guest().vcpu().enter();
    machine.settle(() -> taken.count() == 2);
    assertThat(taken).hasVectors(URGENT, VECTOR);
  }

  @InEachApicMode
  @Covers({"VTPI-SW-001", "VTPI-SW-003", "VTPI-SW-005", "VTPI-SW-006", "VTPI-SW-007"})
  void aBlockedOneIsWokenByItsInterrupt(Machine machine) {
    PostedVcpu vcpu = preempted(machine).running();
    WakeUpList list = new WakeUpList(machine.cpu(0));
    List<PostedScheduling> woken = new ArrayList<>();
    Counter wakeUps = countWakeUps(list, woken);
    machine.cpu(0).sti();
    vcpu.guest().vcpu().leave();
    assertThat(vcpu.scheduling().block(machine.cpu(1), list)).as("it is blocked").isTrue();
    machine.expectNothing();
    assertThat(woken).isEmpty();
    vcpu.posting().request(VECTOR);
    vcpu.posting().isNotified(wakeUps, 1);
    assertThat(woken).containsExactly(vcpu.scheduling());
    assertThat(machine.cpu(1).lapic()).isIdle();
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    vcpu.guest().vcpu().enter();
    vcpu.cpu().serve(VECTOR);
    vcpu.posting().request(VECTOR + 1);
    vcpu.cpu().serve(VECTOR + 1);
    vcpu.hadNoExit(2);
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
    assertThat(wakeUps).hasCount(1);
  }

  private static Counter countWakeUps(WakeUpList list, List<PostedScheduling> woken) {
    return list.processor()
        .onInterrupt(
            PostedScheduling.WAKE_UP,
            (cpu, frame) -> {
              woken.addAll(list.wake());
              cpu.finishInterrupt();
            });
  }

  @Test
  @Covers("VTPI-SW-005")
  void itDoesNotBlockOverAnInterruptThatCameBefore(Machine machine) {
    PostedVcpu vcpu = preempted(machine).running();
    WakeUpList list = new WakeUpList(machine.cpu(0));
    vcpu.guest().vcpu().leave();
    vcpu.posting().request(VECTOR);
    assertThat(vcpu.scheduling().block(machine.cpu(1), list)).as("it is blocked").isFalse();
    assertThat(list.contains(vcpu.scheduling())).as("it is on the list").isFalse();
    assertThat(machine.cpu(1).lapic()).requests(PostedScheduling.ACTIVE);
    vcpu.guest().vcpu().enter();
    vcpu.cpu().serve(VECTOR);
  }

  @Test
  @Covers("VTPI-SW-007")
  void onlyThoseWithOnAreWoken(Machine machine) {
    Posting posting = Posting.on(machine);
    WakeUpList list = new WakeUpList(machine.cpu(0));
    List<PostedScheduling> all = new ArrayList<>();
    List<PostedScheduling> woken = new ArrayList<>();
    Counter wakeUps = countWakeUps(list, woken);
    for (int i = 0; i < 4; i++) {
      PostedScheduling each =
          new PostedScheduling(posting.newDescriptor(machine.cpu(1)), posting.extended());
      posting.post(each.descriptor(), VECTOR + i);
      each.scheduleIn(machine.cpu(1));
      assertThat(each.block(machine.cpu(1), list)).isTrue();
      all.add(each);
    }
    posting.request(VECTOR + 2);
    posting.request(VECTOR);
    machine.cpu(0).sti();
    posting.isNotified(wakeUps, 1);
    assertThat(woken).containsExactlyInAnyOrder(all.get(2), all.get(0));
    woken.clear();
    posting.request(VECTOR + 3);
    posting.isNotified(wakeUps, 2);
    assertThat(woken).containsExactly(all.get(3));
    // one that was woken and did not run yet is no longer on the list, and ON is still set
    posting.request(VECTOR);
    machine.expectNothing();
    assertThat(list.contains(all.get(1))).as("the one without a request waits").isTrue();
  }

  @InEachApicMode
  @OnMachine(processors = 3)
  @Covers({"VTPI-SW-008", "VTPI-SW-003", "VTPI-OP-014"})
  void interruptsFollowItToAnotherProcessor(Machine machine) {
    PostedVcpu vcpu = preempted(machine).running();
    vcpu.posting().request(VECTOR);
    vcpu.cpu().serve(VECTOR);
    vcpu.guest().vcpu().leave();
    // before the change the old processor is told
    vcpu.posting().request(VECTOR);
    assertThat(machine.cpu(1).lapic()).requests(PostedScheduling.ACTIVE);
    ApicGuest there = vcpu.on(machine.cpu(2));
    vcpu.scheduling().migrate(machine.cpu(1), machine.cpu(2));
    vcpu.posting().request(VECTOR + 1);
    assertThat(machine.cpu(2).lapic()).isIdle();
    machine.cpu(1).sti();
    machine.cpu(1).serve(PostedScheduling.ACTIVE);
    assertThat(vcpu.scheduling().catchUp(machine.cpu(2))).as("requests wait").isTrue();
    Counter taken = there.guest().countInterrupts(VECTOR, VECTOR + 1);
    there.vcpu().setInterruptFlag(true);
    there.vcpu().enter();
    machine.settle(() -> taken.count() == 2);
    assertThat(taken).hasVectors(VECTOR + 1, VECTOR);
    // after it the new one
    vcpu.posting().request(VECTOR);
    machine.settle(() -> taken.count() == 3);
    assertThat(taken).hasCount(3);
    assertThat(there.vcpu().entries()).as("VM entries there").isEqualTo(1);
    assertThat(machine.cpu(1).lapic()).isIdle();
    there.vcpu().leave();
    assertThat(vcpu.descriptor().pir()).isEmptySet();
    assertThat(vcpu.descriptor().on()).as("ON").isFalse();
  }
}
