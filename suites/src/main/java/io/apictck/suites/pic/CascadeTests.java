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
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The slave behind the master (Intel 8259A data sheet, "Cascade Mode" and "Special Fully Nested
 * Mode").
 */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES)
final class CascadeTests {
  private static final int SPECIAL_FULLY_NESTED = PicCommand.ICW4_UPM | PicCommand.ICW4_SFNM;

  @Test
  @Sweep
  @Requires(isaLines = 12)
  @Covers("PIC-CAS-001")
  void theMastersMaskHoldsTheWholeSlave(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        Irqs.ofSlave(pics),
        irq -> {
          pics.allowOnly(irq);
          pics.master().setImr(0xFF);
          pics.raise(irq);
          pics.expectNothing();
          assertThat(pics.slave()).requests(Pics.level(irq)).isServicingNothing();
          assertThat(pics.master()).requests(PicCommand.CASCADE).isServicingNothing();
          pics.master().setImr(~(1 << PicCommand.CASCADE) & 0xFF);
          cpu.sti();
          pics.take(irq);
          assertThat(pics.slave()).isServicing(Pics.level(irq));
          assertThat(pics.master()).isServicing(PicCommand.CASCADE);
          pics.eoi(irq);
          cpu.iret();
          machine.expectNothing();
          cpu.cli();
          pics.lower(irq);
        });
  }

  @Test
  @Requires(isaLines = {8, 12})
  @Covers("PIC-CAS-002")
  void theSlaveInServiceIsNotTakenAgainBeforeTheMastersEnd(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(8, 12);
    pics.raise(12);
    cpu.sti();
    pics.take(12);
    cpu.sti();
    pics.raise(8);
    machine.expectNothing();
    assertThat(pics.slave()).requests(0).isServicing(4);
    pics.master().eoi();
    pics.take(8);
    assertThat(pics.slave()).isServicing(0, 4);
    pics.eoi(8);
    assertThat(pics.slave()).isServicing(4);
    cpu.iret();
    pics.slave().eoi();
    cpu.iret();
    machine.expectNothing();
  }

  /** The second is asserted while the first is in service. */
  @Test
  @Sweep
  @Requires(isaLines = {1, 4, 8, 12})
  @Covers("PIC-CAS-003")
  void inSpecialFullyNestedModeHigherLevelsOfTheSlaveNest(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    pics.initialize(SPECIAL_FULLY_NESTED, PicCommand.ICW4_UPM);
    pics.allowOnly(pics.drivable());
    cases.each(
        Irqs.pairs(pics.drivable()),
        pair -> {
          pics.putInService(pair.first());
          pics.raise(pair.second());
          if (isHigher(pair.second(), pair.first())) {
            pics.acknowledge(pair.second());
            if (pair.second() >= Irqs.LEVELS) {
              pics.slave().eoi();
            }
            // the master's is not ended before the slave is empty
            if (Irqs.masterLevel(pair.first()) != Irqs.masterLevel(pair.second())) {
              pics.master().eoi();
            }
            pics.eoi(pair.first());
          } else {
            pics.expectNothing();
            pics.eoi(pair.first());
            pics.serveInOrder(pair.second());
          }
          pics.lower(pair.second());
          pics.expectNothing();
          assertThat(pics.master()).isServicingNothing();
          assertThat(pics.slave()).isServicingNothing();
        });
    assertThat(cpu.lapic()).isIdle();
  }

  private static boolean isHigher(int irq, int than) {
    int level = Irqs.masterLevel(irq);
    int other = Irqs.masterLevel(than);
    return level == other
        ? level == PicCommand.CASCADE && Pics.level(irq) < Pics.level(than)
        : level < other;
  }

  @Test
  @Sweep
  @Requires(isaLines = 12)
  @Covers("PIC-CAS-004")
  void theMastersCascadeLevelMirrorsTheSlave(Machine machine, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        Irqs.ofSlave(pics),
        irq -> {
          pics.allowOnly();
          assertThat(pics.master()).doesNotRequest(PicCommand.CASCADE);
          pics.raise(irq);
          assertThat(pics.slave()).requests(Pics.level(irq));
          assertThat(pics.master()).doesNotRequest(PicCommand.CASCADE);
          pics.slave().setImr(~Pics.bit(irq) & 0xFF);
          assertThat(pics.master()).requests(PicCommand.CASCADE);
          pics.allowOnly(irq);
          pics.serveInOrder(irq);
          pics.lower(irq);
          assertThat(pics.master()).doesNotRequest(PicCommand.CASCADE);
        });
  }

  @Test
  @Sweep
  @Requires(isaLines = {3, 4})
  @Covers("PIC-CAS-005")
  void aRequestMaskedInTimeInterruptsNobody(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    cases.each(
        Irqs.ofMaster(pics),
        irq -> {
          pics.allowOnly(irq);
          pics.raise(irq);
          machine.expectNothing();
          pics.allowOnly();
          expectNothingOrSpurious(machine, pics, cpu);
          assertThat(pics.master()).requests(irq);
          pics.allowOnly(irq);
          pics.serveInOrder(irq);
          pics.lower(irq);
        });
  }

  /** After the slave's request is gone the levels of the master below it work. */
  @Test
  @Sweep
  @Requires(isaLines = {4, 12})
  @Covers({"PIC-CAS-005", "PIC-EDG-006"})
  void aRequestOfTheSlaveMaskedInTimeBlocksNobody(Machine machine, Cpu cpu, Cases cases) {
    Pics pics = Pics.throughLint0(machine);
    List<Integer> all = Irqs.ofMaster(pics);
    cases.each(
        Irqs.ofSlave(pics),
        irq -> {
          List<Integer> allowed = new ArrayList<>(all);
          allowed.add(irq);
          pics.allowOnly(allowed);
          pics.raise(irq);
          machine.expectNothing();
          pics.slave().setImr(0xFF);
          expectNothingOrSpurious(machine, pics, cpu);
          // the lowest alone, before a higher one could free it
          pics.raise(all.getLast());
          pics.serveInOrder(all.getLast());
          pics.lower(all.getLast());
          all.forEach(pics::raise);
          pics.serveInOrder(Irqs.inOrder(all));
          all.forEach(pics::lower);
          pics.slave().setImr(~Pics.bit(irq) & 0xFF);
          pics.serveInOrder(irq);
          pics.lower(irq);
        });
  }

  /**
   * A spurious interrupt is level 7 without ISR bit; that of the slave is in service in the master.
   */
  private static void expectNothingOrSpurious(Machine machine, Pics pics, Cpu cpu) {
    cpu.sti();
    var ofMaster = cpu.onInterrupt(Pics.vector(7), (self, frame) -> self.iret());
    var ofSlave =
        cpu.onInterrupt(
            Pics.vector(15),
            (self, frame) -> {
              pics.master().eoi();
              self.iret();
            });
    machine.expectNothing();
    cpu.cli();
    cpu.noHandler(Pics.vector(7));
    cpu.noHandler(Pics.vector(15));
    assertThat(ofMaster.count() + ofSlave.count()).as("spurious interrupts").isLessThanOrEqualTo(1);
    assertThat(pics.master()).isServicingNothing();
    assertThat(pics.slave()).isServicingNothing();
  }
}
