package io.apictck.suites.apicv;

import static io.apictck.arch.vmx.VirtualApicPage.VIRR;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.FieldLog;
import io.apictck.suites.support.RepeatedVmcall;
import io.apictck.suites.support.Vectors;
import org.junit.jupiter.api.Test;

/** All pairs of vectors, one after the other (SDM, "EOI Virtualization"). */
@Conformance
@Requires({Feature.VIRTUAL_INTERRUPT_DELIVERY, Feature.VIRTUALIZE_X2APIC_MODE})
final class EndOfInterruptSweepTests {
  private static final int FIRST = 0x21;
  private static final int LAST = 0xFF;

  @Test
  @Sweep(sample = 2)
  @Covers({"APICV-EOI-001", "APICV-EOI-004", "APICV-DELV-002"})
  @Ports("KUT-VMX-EOIV-PLAIN")
  void theLowerOfTwoFollowsTheHigher(Cpu cpu, Cases cases) {
    runPairs(cpu, cases, 0);
  }

  @Test
  @Sweep(sample = 2)
  @Covers({"APICV-EOI-001", "APICV-EOI-003", "APICV-DELV-002"})
  @Ports("KUT-VMX-EOIV-EXIT")
  void theLowerOfTwoFollowsTheExitForTheHigher(Cpu cpu, Cases cases) {
    runPairs(cpu, cases, 2);
  }

  private static void runPairs(Cpu cpu, Cases cases, int exits) {
    ApicGuest guest = Guests.withMsrs(cpu);
    guest.setEoiExits(exits == 0 ? VectorSet.of() : Vectors.range(0, LAST));
    Seen seen = new Seen();
    for (int vector = FIRST; vector <= LAST; vector++) {
      guest
          .guest()
          .onInterrupt(
              vector,
              (self, frame) -> {
                seen.vectors = seen.vectors << Byte.SIZE | frame.vector();
                self.finishInterrupt();
              });
    }
    guest
        .vcpu()
        .onExit(
            ExitReason.VIRTUALIZED_EOI,
            (vcpu, exit) -> {
              seen.exits++;
              vcpu.resume();
            });
    FieldLog statuses = FieldLog.of(guest.vcpu(), VmcsField.GUEST_INTERRUPT_STATUS);
    RepeatedVmcall vmcall = RepeatedVmcall.start(guest);
    cases.range(
        FIRST + 1,
        LAST,
        high -> {
          for (int low = FIRST; low < high; low++) {
            seen.vectors = 0;
            seen.exits = 0;
            vmcall.next(
                statuses.storing(),
                new Instruction.Vmwrite(VmcsField.GUEST_INTERRUPT_STATUS.encoding(), high),
                requesting(guest, low));
            verifySeen(seen, high, low, exits);
          }
          verifyLeft(guest, statuses.take(), high);
        });
  }

  /** What the guest did in one case. */
  private static final class Seen {
    private long vectors;
    private int exits;
  }

  private static Instruction requesting(ApicGuest guest, int vector) {
    return new Instruction.Store(request(guest, vector), 4, 1L << (vector & 0x1F));
  }

  private static long request(ApicGuest guest, int vector) {
    return guest.page().address() + VirtualApicPage.doubleword(VIRR, vector);
  }

  private static void verifySeen(Seen seen, int high, int low, int exits) {
    if (seen.vectors != (high << Byte.SIZE | low) || seen.exits != exits) {
      throw new AssertionError(
          "%s and then %s should be taken, with %d exits; seen were %s with %d exits"
              .formatted(
                  Hex.vector(high),
                  Hex.vector(low),
                  exits,
                  Hex.dword((int) seen.vectors),
                  seen.exits));
    }
  }

  /** RVI, SVI, VIRR and VISR are empty. A bit left behind earlier would have been taken later. */
  private static void verifyLeft(ApicGuest guest, long[] statuses, int high) {
    for (int i = 0; i < statuses.length; i++) {
      if (statuses[i] != 0) {
        throw new AssertionError(
            "behind %s and %s, SVI and RVI should be 0, but are %s"
                .formatted(Hex.vector(high), Hex.vector(FIRST + i), Hex.dword((int) statuses[i])));
      }
    }
    VectorSet requested = guest.page().virr();
    VectorSet inService = guest.page().visr();
    if (!requested.isEmpty() || !inService.isEmpty()) {
      throw new AssertionError(
          "behind %s and all below it, VIRR has %s and VISR has %s"
              .formatted(Hex.vector(high), requested, inService));
    }
  }
}
