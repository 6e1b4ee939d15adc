package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.InterruptCommand;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.NotificationControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Measurement;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.Interleavings;
import io.apictck.suites.support.PostedScheduling;
import io.apictck.suites.support.WakeUpList;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Devices post, each request in one step, between the steps of software, in all orders: no
 * interrupt is lost, and none comes twice. Where an order of the steps is a rule, the test shows
 * that the other one would lose interrupts.
 */
@Conformance
@OnMachine(processors = 2)
@Requires({Feature.INTERRUPT_POSTING, Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class PostingInterleavingTests {
  private static final int FIRST = 0x61;
  private static final int SECOND = 0x82;
  private static final String TABLE = "Orders of steps with VT-d posting";

  /** An agent: its steps in order. */
  private static final class Agent {
    private final List<Runnable> steps;
    private int next;

    Agent(Runnable... steps) {
      this.steps = List.of(steps);
    }

    void step() {
      steps.get(next++).run();
    }
  }

  /** Lets agents take turns. */
  private static void play(List<Integer> order, Agent... agents) {
    order.forEach(i -> agents[i].step());
  }

  private static Agent device(Posting posting) {
    return new Agent(() -> posting.request(FIRST), () -> posting.request(SECOND));
  }

  /** All orders deliver each interrupt. */
  private static void tell(Machine machine, String what, int orders) {
    tell(machine, what, orders, 0);
  }

  /** Parts that make up all orders. */
  private static void tell(Machine machine, String what, int orders, int losing) {
    machine.measure(new Measurement(TABLE, what, "none lost", orders - losing));
    machine.measure(new Measurement(TABLE, what, "one lost", losing));
  }

  /** Waits until the guest has taken what was requested, each once; it left then. */
  private static void gotEachOnce(
      Machine machine, PostedVcpu vcpu, ApicGuest guest, Counter taken, List<Integer> order) {
    machine.settle(() -> taken.count() >= 2);
    assertThat(taken.vectors().stream().sorted().toList())
        .as("interrupts with steps %s", order)
        .containsExactly(FIRST, SECOND);
    guest.guest().cli();
    guest.vcpu().leave();
    assertThat(vcpu.descriptor().pir()).as("PIR with steps %s", order).isEmptySet();
    assertThat(vcpu.descriptor().on()).as("ON with steps %s", order).isFalse();
    taken.clear();
  }

  /** What came for the host is of no use any more. */
  private static void drain(Cpu cpu) {
    cpu.sti();
    cpu.nop();
    cpu.cli();
  }

  @Test
  @Covers({"VTPI-OP-005", "VTPI-SW-002", "VTPI-SW-004"})
  void requestsWhileItIsPreemptedAndScheduledIn(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(FIRST, SECOND);
    Counter taken = vcpu.cpu().countInterrupts(0x20, 0xFF);
    Cpu host = machine.cpu(1);
    host.countInterrupts(PostedScheduling.ACTIVE);
    List<List<Integer>> orders = Interleavings.of(2, 6);
    for (List<Integer> order : orders) {
      vcpu.running();
      Agent scheduler =
          new Agent(
              () -> vcpu.guest().vcpu().leave(),
              () -> vcpu.scheduling().preempt(host),
              () -> drain(host),
              () -> vcpu.descriptor().by(host).update(old -> vcpu.scheduling().running(old, host)),
              () -> vcpu.scheduling().catchUp(host),
              () -> vcpu.guest().vcpu().enter());
      play(order, device(vcpu.posting()), scheduler);
      gotEachOnce(machine, vcpu, vcpu.guest(), taken, order);
      drain(host);
    }
    tell(machine, "preempted and scheduled in", orders.size());
  }

  /** The steps of blocking, and whether it is asleep. */
  private static final class Sleeper {
    private final PostedVcpu vcpu;
    private final WakeUpList list;
    private final Cpu host;
    private NotificationControl seen = NotificationControl.of(0);

    Sleeper(PostedVcpu vcpu, WakeUpList list) {
      this.vcpu = vcpu;
      this.list = list;
      this.host = vcpu.guest().host();
    }

    PostedInterrupts descriptor() {
      return vcpu.descriptor().by(host);
    }

    void look() {
      seen = descriptor().notification();
    }

    /** The rule: only if nothing changed since the look, and ON was 0. */
    void blockIfUnchanged() {
      NotificationControl blocked = vcpu.scheduling().blocked(seen, list.processor());
      if (seen.outstanding() || !descriptor().exchangeControl(seen, blocked).equals(seen)) {
        list.remove(vcpu.scheduling());
      }
    }

    /** Not the rule: what was there at the look is written back. */
    void blockAnyway() {
      descriptor().setControl(vcpu.scheduling().blocked(seen, list.processor()).raw());
    }

    boolean sleeps() {
      return list.contains(vcpu.scheduling());
    }
  }

  /** Whether it is awake in the end; it never sleeps over both requests if the rules are kept. */
  private static boolean wakes(
      Machine machine, PostedVcpu vcpu, List<Integer> order, boolean byTheRules) {
    WakeUpList list = new WakeUpList(machine.cpu(0));
    Counter wakeUps =
        machine
            .cpu(0)
            .onInterrupt(
                PostedScheduling.WAKE_UP,
                (cpu, frame) -> {
                  list.wake();
                  cpu.finishInterrupt();
                });
    Sleeper sleeper = new Sleeper(vcpu, list);
    vcpu.running();
    vcpu.guest().vcpu().leave();
    Agent software =
        new Agent(
            () -> list.add(vcpu.scheduling()),
            sleeper::look,
            byTheRules ? sleeper::blockIfUnchanged : sleeper::blockAnyway,
            () -> drain(machine.cpu(0)));
    play(order, device(vcpu.posting()), software);
    drain(machine.cpu(0));
    machine.settle(() -> !sleeper.sleeps() || wakeUps.count() > 0);
    return !sleeper.sleeps();
  }

  /** What is left of requests and notifications is gone. */
  private static void forget(PostedVcpu vcpu) {
    Posting.consume(vcpu.descriptor());
    drain(vcpu.guest().host());
    drain(vcpu.posting().host());
  }

  @Test
  @Covers({"VTPI-SW-005", "VTPI-SW-007"})
  void requestsWhileItIsBlocked(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(FIRST, SECOND);
    Counter taken = vcpu.cpu().countInterrupts(0x20, 0xFF);
    machine.cpus().forEach(each -> each.countInterrupts(PostedScheduling.ACTIVE));
    List<List<Integer>> orders = Interleavings.of(2, 4);
    int lost = 0;
    for (List<Integer> order : orders) {
      assertThat(wakes(machine, vcpu, order, true)).as("awake with steps %s", order).isTrue();
      vcpu.running();
      gotEachOnce(machine, vcpu, vcpu.guest(), taken, order);
      lost += wakes(machine, vcpu, order, false) ? 0 : 1;
      forget(vcpu);
    }
    assertThat(lost).as("orders that a plain write would sleep over").isPositive();
    tell(machine, "blocked", orders.size());
    tell(machine, "blocked by a plain write, against the rule", orders.size(), lost);
  }

  @Test
  @OnMachine(processors = 3)
  @Covers({"VTPI-SW-008", "VTPI-OP-014"})
  void requestsWhileItMigrates(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(FIRST, SECOND);
    Cpu from = machine.cpu(1);
    Cpu to = machine.cpu(2);
    ApicGuest there = vcpu.on(to);
    Counter taken = vcpu.cpu().countInterrupts(0x20, 0xFF);
    Counter takenThere = there.guest().countInterrupts(0x20, 0xFF);
    from.countInterrupts(PostedScheduling.ACTIVE);
    to.countInterrupts(PostedScheduling.ACTIVE);
    List<List<Integer>> orders = Interleavings.of(2, 6);
    for (List<Integer> order : orders) {
      vcpu.running();
      Agent software =
          new Agent(
              () -> vcpu.guest().vcpu().leave(),
              () -> there.setInterruptStatus(vcpu.guest().rvi(), vcpu.guest().svi()),
              () -> vcpu.scheduling().migrate(from, to),
              () -> drain(from),
              () -> vcpu.scheduling().catchUp(to),
              () -> {
                there.vcpu().setInterruptFlag(true);
                there.vcpu().enter();
              });
      play(order, device(vcpu.posting()), software);
      machine.settle(() -> taken.count() + takenThere.count() >= 2);
      List<Integer> all = new ArrayList<>(taken.vectors());
      all.addAll(takenThere.vectors());
      assertThat(all.stream().sorted().toList())
          .as("interrupts with steps %s", order)
          .containsExactly(FIRST, SECOND);
      there.guest().cli();
      there.vcpu().leave();
      Posting.holds(vcpu.descriptor(), vcpu.posting().notifying(to));
      taken.clear();
      takenThere.clear();
      // back, with its state
      vcpu.guest().setInterruptStatus(there.rvi(), there.svi());
    }
    tell(machine, "migrated", orders.size());
  }

  /** A processor that posts by its own steps. */
  private static final class SoftwarePoster {
    private final PostedInterrupts descriptor;
    private final Cpu cpu;
    private final Cpu target;
    private NotificationControl seen = NotificationControl.of(0);

    SoftwarePoster(PostedVcpu vcpu, Cpu cpu) {
      this.descriptor = vcpu.descriptor().by(cpu);
      this.cpu = cpu;
      this.target = vcpu.guest().host();
    }

    void request() {
      descriptor.request(FIRST);
    }

    /** ON is tested and set in one step, unless SN says that nobody is to be told. */
    void testAndSet() {
      seen = descriptor.update(old -> old.suppressed() ? old : old.withOutstanding(true));
    }

    void notifyIfDue() {
      if (!seen.outstanding() && !seen.suppressed()) {
        cpu.lapic()
            .send(InterruptCommand.fixed(PostedScheduling.ACTIVE).withDestination(target.apicId()));
      }
    }
  }

  private static void playPosts(
      PostedVcpu vcpu, Machine machine, List<Integer> order, boolean requestFirst) {
    Cpu host = vcpu.guest().host();
    // it is preempted, and about to be scheduled in
    vcpu.scheduling().preempt(host);
    SoftwarePoster poster = new SoftwarePoster(vcpu, machine.cpu(0));
    Agent software =
        requestFirst
            ? new Agent(poster::request, poster::testAndSet, poster::notifyIfDue)
            : new Agent(poster::testAndSet, poster::request, poster::notifyIfDue);
    Agent scheduler =
        new Agent(
            () -> vcpu.descriptor().by(host).update(old -> vcpu.scheduling().running(old, host)),
            () -> vcpu.scheduling().catchUp(host),
            () -> {
              vcpu.guest().vcpu().setInterruptFlag(true);
              vcpu.guest().vcpu().enter();
            });
    Agent device = new Agent(() -> vcpu.posting().request(SECOND));
    play(order, software, scheduler, device);
  }

  @Test
  @Covers({"VTPI-SW-011", "VTPI-OP-005", "VTPI-SW-002"})
  void aProcessorAndADevicePostWhileItIsScheduledIn(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(SECOND);
    Counter taken = vcpu.cpu().countInterrupts(0x20, 0xFF);
    vcpu.scheduling().scheduleIn(machine.cpu(1));
    List<List<Integer>> orders = Interleavings.of(3, 3, 1);
    int lost = 0;
    for (List<Integer> order : orders) {
      playPosts(vcpu, machine, order, true);
      gotEachOnce(machine, vcpu, vcpu.guest(), taken, order);
      playPosts(vcpu, machine, order, false);
      machine.elapseNanos(10_000);
      boolean complete = taken.vectors().contains(FIRST);
      lost += complete ? 0 : 1;
      vcpu.cpu().cli();
      vcpu.guest().vcpu().leave();
      Posting.consume(vcpu.descriptor());
      taken.clear();
    }
    assertThat(lost).as("orders that lose it if SN is tested first").isPositive();
    tell(machine, "posted by a processor and a device", orders.size());
    tell(machine, "SN tested before the request is set, against the rule", orders.size(), lost);
  }

  @Test
  @Covers("VTPI-OP-005")
  void requestsWhileSoftwareTakesThem(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(machine.cpu(1));
    posting.post(descriptor, FIRST, SECOND);
    Counter notified = machine.cpu(1).countInterrupts(Posting.NV);
    machine.cpu(1).sti();
    List<List<Integer>> orders = Interleavings.of(2, 4);
    for (List<Integer> order : orders) {
      VectorSet found = VectorSet.of();
      int[] count = {0};
      // the second round is that of the notification which comes after ON was cleared
      Runnable clear = () -> descriptor.update(old -> old.withOutstanding(false));
      Runnable take =
          () -> {
            VectorSet requests = descriptor.takeRequests();
            count[0] += requests.size();
            requests.stream().forEach(found::add);
          };
      // a request notifies exactly if ON was 0
      int[] due = {0};
      Agent device =
          new Agent(
              () -> {
                due[0] += descriptor.on() ? 0 : 1;
                posting.request(FIRST);
              },
              () -> {
                due[0] += descriptor.on() ? 0 : 1;
                posting.request(SECOND);
              });
      play(order, device, new Agent(clear, take, clear, take));
      machine.settle(() -> notified.count() == due[0]);
      assertThat(notified.count()).as("notifications with steps %s", order).isEqualTo(due[0]);
      if (descriptor.on()) {
        clear.run();
        take.run();
      }
      assertThat(found).as("requests with steps %s", order).containsExactlyVectors(FIRST, SECOND);
      assertThat(count[0]).as("how often with steps %s", order).isEqualTo(2);
      notified.clear();
    }
    tell(machine, "taken by software", orders.size());
  }
}
