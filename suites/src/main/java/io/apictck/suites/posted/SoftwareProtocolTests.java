package io.apictck.suites.posted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.VectorSet;
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
import io.apictck.suites.support.Interleavings;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What senders and hypervisors do with the descriptor, in all orders of their steps. */
@Conformance
@OnMachine(processors = 2)
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
final class SoftwareProtocolTests {
  private static final int FIRST = 0x51;
  private static final int SECOND = 0x61;

  /** A sender: request, test and set ON, notify if it was clear. */
  private static final class Sender {
    private final ApicGuest guest;
    private final Cpu cpu;
    private final int vector;
    private int step;
    private boolean notifies;

    Sender(ApicGuest guest, Cpu cpu, int vector) {
      this.guest = guest;
      this.cpu = cpu;
      this.vector = vector;
    }

    void step() {
      switch (step++) {
        case 0 -> cpu.run(PostedGuest.requesting(guest, vector));
        case 1 -> {
          // the byte of ON and SN; SN is 0 here
          long old =
              cpu.run(
                      new Instruction.Exchange(
                          guest.descriptor().address() + PostedInterruptDescriptor.CONTROL,
                          1,
                          PostedInterruptDescriptor.ON))[0];
          notifies = (old & PostedInterruptDescriptor.ON) == 0;
        }
        default -> {
          if (notifies) {
            cpu.run(PostedGuest.notifying(guest, cpu));
          }
        }
      }
    }
  }

  private static void isOver(ApicGuest guest, Counter taken, List<Integer> order, int... vectors) {
    assertThat(taken.vectors().stream().sorted().toList())
        .as("vectors taken with steps %s", order)
        .isEqualTo(VectorSet.of(vectors).stream().boxed().toList());
    guest.guest().cli();
    guest.vcpu().leave();
    assertThat(guest.descriptor().pir()).as("PIR with steps %s", order).isEmptySet();
    assertThat(guest.descriptor().on()).as("ON with steps %s", order).isFalse();
    taken.clear();
  }

  @Test
  @Covers({"PI-SW-001", "PI-STEP-008"})
  void noRequestOfTwoSendersIsLostWhileTheGuestRuns(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    for (List<Integer> order : Interleavings.of(3, 3)) {
      guest.vcpu().setInterruptFlag(true);
      guest.vcpu().enter();
      Sender[] senders = {
        new Sender(guest, machine.cpu(1), FIRST), new Sender(guest, machine.cpu(1), SECOND)
      };
      order.forEach(i -> senders[i].step());
      machine.settle(() -> taken.count() == 2);
      isOver(guest, taken, order, FIRST, SECOND);
    }
  }

  @Test
  @Covers({"PI-SW-001", "PI-SW-002"})
  void noRequestIsLostOverExitsIfTheHostLooksAtOn(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    // the third agent is the processor: VM exit, look at ON, VM entry
    for (List<Integer> order : Interleavings.of(3, 3, 3)) {
      guest.vcpu().setInterruptFlag(true);
      guest.vcpu().enter();
      Sender[] senders = {
        new Sender(guest, machine.cpu(1), FIRST), new Sender(guest, machine.cpu(1), SECOND)
      };
      int hostStep = 0;
      for (int agent : order) {
        if (agent < senders.length) {
          senders[agent].step();
        } else {
          switch (hostStep++) {
            case 0 -> guest.vcpu().leave();
            case 1 -> notifyItselfIfOn(guest);
            default -> guest.vcpu().enter();
          }
        }
      }
      machine.settle(() -> taken.count() == 2);
      isOver(guest, taken, order, FIRST, SECOND);
    }
  }

  private static void notifyItselfIfOn(ApicGuest guest) {
    if (guest.descriptor().on()) {
      guest.host().lapic().sendSelfIpi(PostedGuest.NV);
    }
  }

  @Test
  @Covers("PI-SW-002")
  void theHostMovesRequestsThatCameInTheHost(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    guest.vcpu().setInterruptFlag(true);
    machine.cpu(1).run(PostedGuest.requesting(guest, FIRST), PostedGuest.settingOn(guest));
    guest.descriptor().setControl(0);
    move(guest);
    guest.vcpu().enter();
    isOver(guest, taken, List.of(), FIRST);
  }

  /** Moves PIR to VIRR and RVI. */
  private static void move(ApicGuest guest) {
    VectorSet requests = guest.descriptor().pir();
    guest.descriptor().setPir(VectorSet.of());
    VectorSet virr = guest.page().virr();
    requests.stream().forEach(virr::add);
    guest.page().setVirr(virr);
    guest.setInterruptStatus(Math.max(0, virr.highest()), 0);
  }

  /** Whether the request arrives if the host clears ON and moves PIR in this order. */
  private static boolean arrives(
      Machine machine, ApicGuest guest, Counter taken, List<Integer> order, boolean onFirst) {
    Sender sender = new Sender(guest, machine.cpu(1), FIRST);
    taken.clear();
    // ON is left from a post before, whose notification the host has taken
    guest.descriptor().setControl(PostedInterruptDescriptor.ON);
    guest.descriptor().setPir(VectorSet.of());
    guest.page().setVirr(VectorSet.of());
    guest.prepare(0, 0, 0, true);
    int hostStep = 0;
    for (int agent : order) {
      if (agent == 0) {
        sender.step();
      } else if (hostStep++ == 0 == onFirst) {
        guest.descriptor().setControl(0);
      } else {
        move(guest);
      }
    }
    guest.vcpu().enter();
    machine.settle(() -> taken.count() == 1);
    guest.guest().cli();
    guest.vcpu().leave();
    return taken.count() == 1;
  }

  @Test
  @Covers("PI-SW-003")
  void onIsClearedBeforeRequestsAreMoved(Machine machine, Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    Counter taken = guest.guest().countInterrupts(0x20, 0xFF);
    int lost = 0;
    for (List<Integer> order : Interleavings.of(3, 2)) {
      assertThat(arrives(machine, guest, taken, order, true))
          .as("the request arrives with steps %s", order)
          .isTrue();
      lost += arrives(machine, guest, taken, order, false) ? 0 : 1;
    }
    // the order matters: a request between the two is lost the other way round
    assertThat(lost).as("orders that lose it the other way round").isPositive();
  }
}
