package io.apictck.suites.posted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Rflags;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;
import io.apictck.suites.support.ApicGuest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Notifications that come between the iterations of a repeated string instruction. */
@Conformance
@Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
@InMode(ApicMode.XAPIC)
final class RepeatedStringTests {
  private static final int VECTOR = 0x51;
  private static final int SIZE = 1 << 18;
  private static final int PATTERN = 0x5A5A_5A5A;
  private static final int SHORTEST = 1 << 8;
  private static final int LONGEST = 1 << 24;

  /**
   * What a handler saw.
   *
   * @param frame its frame
   * @param first the first bytes that the string goes to
   * @param last the last ones
   */
  private record Seen(InterruptFrame frame, int first, int last) {
    boolean inTheMiddleOf(BlockRun copy) {
      return frame.interrupted().equals(new Place(copy.block(), 1)) && first != 0;
    }
  }

  private static void fill(Cpu cpu, long source) {
    List<Instruction> block = new ArrayList<>();
    block.add(new Instruction.Store(source, 4, PATTERN));
    for (int filled = 4; filled < SIZE; filled *= 2) {
      block.add(new Instruction.RepMovsb(source + filled, source, filled));
    }
    cpu.run(block);
  }

  /** The APIC timer notifies, soon at first and then later, until it hits the string. */
  @Test
  @Covers("PI-WHEN-008")
  void theFrameReturnsToTheInstructionWithTheResumeFlag(Cpu cpu) {
    ApicGuest guest = PostedGuest.of(cpu);
    long source = cpu.machine().scratch(0);
    long destination = cpu.machine().scratch(SIZE);
    fill(cpu, source);
    List<Seen> seen = new ArrayList<>();
    Counter taken =
        guest
            .guest()
            .onInterrupt(
                VECTOR,
                (handler, frame) -> {
                  seen.add(
                      new Seen(
                          frame,
                          handler.read32(destination),
                          handler.read32(destination + SIZE - Integer.BYTES)));
                  handler.finishInterrupt();
                });
    guest.vcpu().setInterruptFlag(true);
    for (int count = SHORTEST; count <= LONGEST; count *= 2) {
      BlockRun copy = copyWhilePosting(guest, taken, destination, source, count);
      Seen latest = seen.getLast();
      if (latest.inTheMiddleOf(copy)) {
        assertThat(latest.first()).as("first bytes, in the handler").isEqualTo(PATTERN);
        assertThat(latest.last()).as("last bytes, in the handler").isZero();
        assertThat(latest.frame().rflags() & Rflags.RF).as("RF").isEqualTo(Rflags.RF);
        assertThat(cpu.read32(destination + SIZE - Integer.BYTES))
            .as("last bytes, after the string")
            .isEqualTo(PATTERN);
        return;
      }
      assertThat(latest.frame().rflags() & Rflags.RF).as("RF outside of the string").isZero();
    }
    throw new AssertionError("no notification came between the iterations of REP MOVSB");
  }

  /** The guest starts the timer itself: its local APIC is virtualized only where it has MSRs. */
  private static BlockRun copyWhilePosting(
      ApicGuest guest, Counter taken, long destination, long source, int count) {
    Cpu host = guest.host();
    host.run(
        new Instruction.Store(destination, 4, 0),
        new Instruction.Store(destination + SIZE - Integer.BYTES, 4, 0));
    guest.descriptor().request(VECTOR);
    host.run(PostedGuest.settingOn(guest));
    host.lapic().startTimer(TimerMode.ONE_SHOT, PostedGuest.NV, TimerDivide.BY_1, 0);
    guest.vcpu().enter();
    taken.clear();
    BlockRun copy =
        guest
            .guest()
            .start(
                host.lapic().writing(LapicRegister.INITIAL_COUNT, count),
                new Instruction.RepMovsb(destination, source, SIZE));
    copy.values();
    assertThat(host.machine().settle(() -> taken.count() == 1))
        .as("the notification came")
        .isTrue();
    guest.vcpu().leave();
    host.lapic().stopTimer();
    return copy;
  }
}
