package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The poll command: acknowledge without INTA (Intel 8259A data sheet, "Poll Command"). */
@Conformance
@Requires(Feature.PIC)
final class PollTests {
  private static final int REQUEST = 0x80;
  private static final int LEVEL = 7;

  private static void expectPolled(Pic chip, int level) {
    assertThat(chip.poll() & (REQUEST | LEVEL)).as("poll word").isEqualTo(REQUEST | level);
  }

  @Test
  @Sweep
  @Requires(stimuli = Stimulus.LINES, isaLines = 1)
  @Covers("PIC-POL-001")
  void acknowledgesTheRequest(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        pics.drivable(),
        irq -> {
          Pic chip = pics.chip(irq);
          int level = Pics.level(irq);
          pics.allowOnly(irq);
          pics.raise(irq);
          expectPolled(chip, level);
          assertThat(chip).isServicing(level).doesNotRequest(level);
          chip.eoi();
          pics.expectNothing();
          pics.lower(irq);
        });
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 12)
  @Covers("PIC-POL-001")
  void thePairIsPolledOneChipAfterTheOther(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(12);
    pics.raise(12);
    expectPolled(pics.master(), PicCommand.CASCADE);
    expectPolled(pics.slave(), 4);
    assertThat(pics.master()).isServicing(PicCommand.CASCADE);
    assertThat(pics.slave()).isServicing(4);
    pics.eoi(12);
    pics.expectNothing();
    pics.lower(12);
  }

  /** All masks of all requests: what the priority resolver makes of them. */
  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 3, 5})
  @Covers({"PIC-POL-001", "PIC-POL-002", "PIC-OCW-002", "PIC-PRI-001"})
  void theHighestUnmaskedRequestIsTaken(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofMaster(pics);
    int[] requested = {0};
    cases.range(
        0,
        (0x100 << irqs.size()) - 1,
        number -> {
          int requests = lines(irqs, number >>> 8);
          int mask = number & 0xFF;
          if ((requested[0] & ~requests) != 0) {
            // whether a request goes with its line is left open: this way it goes for sure
            irqs.forEach(pics::lower);
            pics.initialize(pics.master(), PicCommand.ICW4_UPM);
            requested[0] = 0;
          }
          for (int irq : irqs) {
            int bit = Pics.bit(irq);
            if ((requests & bit) != (requested[0] & bit)) {
              pics.lower(irq);
              if ((requests & bit) != 0) {
                pics.raise(irq);
              }
            }
          }
          int candidates = requests & ~mask;
          int level = candidates == 0 ? -1 : Integer.numberOfTrailingZeros(candidates);
          long[] values =
              cpu.run(
                  new Instruction.Out(Pic.MASTER + 1, 1, mask),
                  new Instruction.Out(Pic.MASTER, 1, PicCommand.OCW3 | PicCommand.POLL),
                  new Instruction.In(Pic.MASTER, 1),
                  new Instruction.Out(
                      Pic.MASTER, 1, PicCommand.OCW3 | PicCommand.RR | PicCommand.RIS),
                  new Instruction.In(Pic.MASTER, 1),
                  new Instruction.Out(Pic.MASTER, 1, PicCommand.SPECIFIC_EOI | Math.max(level, 0)));
          if (level < 0) {
            assertThat(values[0] & REQUEST).as("bit 7 of the poll word").isZero();
            assertThat(values[1]).as("ISR").isZero();
            requested[0] = requests;
          } else {
            assertThat(values[0] & (REQUEST | LEVEL)).as("poll word").isEqualTo(REQUEST | level);
            assertThat(values[1]).as("ISR").isEqualTo(1L << level);
            requested[0] = requests & ~(1 << level);
          }
        });
  }

  /** The members of a list that a number chooses by its bits. */
  private static int lines(List<Integer> irqs, int number) {
    int lines = 0;
    for (int i = 0; i < irqs.size(); i++) {
      lines |= ((number >>> i) & 1) << irqs.get(i);
    }
    return lines;
  }

  /** Lowest level, pair of requests. */
  @Test
  @Sweep
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 5})
  @Covers({"PIC-POL-001", "PIC-PRI-005"})
  void theRotatedOrderHolds(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> irqs = Irqs.ofMaster(pics);
    pics.allowOnly(irqs);
    cases.range(
        0,
        7,
        lowest -> {
          pics.master().command(PicCommand.SET_PRIORITY | lowest);
          for (Irqs.Pair pair : Irqs.pairs(irqs)) {
            pics.raise(pair.first());
            pics.raise(pair.second());
            List<Integer> order = Irqs.inOrder(List.of(pair.first(), pair.second()), lowest);
            expectPolled(pics.master(), order.getFirst());
            assertThat(pics.master().poll() & REQUEST).as("bit 7 of the poll word").isZero();
            pics.master().eoi();
            expectPolled(pics.master(), order.getLast());
            pics.master().eoi();
            pics.lower(pair.first());
            pics.lower(pair.second());
          }
        });
  }

  @Test
  @Covers("PIC-POL-002")
  void withoutRequestNothingIsAcknowledged(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    for (Pic chip : List.of(pics.master(), pics.slave())) {
      assertThat(chip.poll() & REQUEST).as("bit 7 of the poll word").isZero();
      assertThat(chip).isServicingNothing().hasMask(0xFF);
    }
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers("PIC-POL-002")
  void interruptsWorkAfterAPollWithoutRequest(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(1, 12);
    pics.master().poll();
    pics.slave().poll();
    pics.raise(12);
    pics.raise(1);
    pics.serveInOrder(1, 12);
    pics.lower(1);
    pics.lower(12);
  }

  @Test
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 5})
  @Covers("PIC-POL-003")
  void onlyOneReadAcknowledges(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(3, 5);
    pics.raise(3);
    pics.raise(5);
    chip.command(PicCommand.OCW3 | PicCommand.POLL);
    assertThat(chip.status() & (REQUEST | LEVEL)).as("poll word").isEqualTo(REQUEST | 3);
    chip.eoi();
    machine.observe(
        "second read after a poll, IRR has level 5", Integer.toHexString(chip.status()));
    assertThat(chip).isServicingNothing().requests(5);
    pics.serveInOrder(5);
    pics.lower(3);
    pics.lower(5);
  }

  @Test
  @Requires(stimuli = Stimulus.LINES, isaLines = 4)
  @Covers("PIC-POL-004")
  void pollGoesOverReadRegister(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    pics.allowOnly(4);
    for (int select : new int[] {PicCommand.RR, PicCommand.RR | PicCommand.RIS}) {
      pics.raise(4);
      chip.command(PicCommand.OCW3 | PicCommand.POLL | select);
      assertThat(chip.status() & (REQUEST | LEVEL)).as("poll word").isEqualTo(REQUEST | 4);
      machine.observe(
          "second read after a poll that selected " + (select == PicCommand.RR ? "IRR" : "ISR"),
          Integer.toHexString(chip.status()));
      assertThat(chip).isServicing(4);
      chip.eoi();
      pics.lower(4);
    }
    pics.expectNothing();
  }
}
