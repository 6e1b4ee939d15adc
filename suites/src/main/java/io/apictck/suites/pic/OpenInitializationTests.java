package io.apictck.suites.pic;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the data sheets leave open about initialization is recorded. */
@Conformance
@Requires(Feature.PIC)
final class OpenInitializationTests {
  private static final int MASTER_ICW3 = 1 << PicCommand.CASCADE;

  /** Initialized again, one input of each chip works. */
  private static void expectWorking(Machine machine, Pics pics) {
    pics.initialize();
    for (int level = 0; level < Irqs.LEVELS; level++) {
      pics.master().specificEoi(level);
      pics.slave().specificEoi(level);
    }
    if (!machine.offers(Stimulus.LINES)) {
      return;
    }
    for (int irq : new int[] {1, 12}) {
      if (machine.drivesIsaLine(irq)) {
        pics.allowOnly(irq);
        pics.raise(irq);
        pics.serveInOrder(irq);
        pics.lower(irq);
      }
    }
  }

  @Test
  @Records
  @Covers("PIC-INIT-007")
  void recordsASequenceWithoutFourthWord(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    chip.command(PicCommand.ICW1);
    chip.data(Pics.MASTER_BASE);
    chip.data(MASTER_ICW3);
    chip.data(0xA5);
    machine.observe("IMR after ICW1 with IC4=0, ICW2, ICW3 and A5h", hex(chip.imr()));
    expectWorking(machine, pics);
  }

  /** An implementation may refuse it by ending the machine, which is why not all are asked. */
  @Test
  @Records
  @Requires(virtualTime = true)
  @Covers("PIC-INIT-010")
  void recordsAnotherCascade(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    for (int word : new int[] {0x00, 0x08, 0xFF}) {
      for (Pic chip : List.of(pics.master(), pics.slave())) {
        chip.command(PicCommand.ICW1 | PicCommand.ICW1_IC4);
        chip.data(Pics.MASTER_BASE);
        chip.data(word);
        chip.data(PicCommand.ICW4_UPM);
        chip.data(0xFF);
        machine.observe("IMR of the %s after ICW3 %s".formatted(chip, hex(word)), hex(chip.imr()));
      }
      expectWorking(machine, pics);
    }
  }

  @Test
  @Records
  @Requires(virtualTime = true)
  @Covers("PIC-INIT-011")
  void recordsASingleChip(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    chip.command(PicCommand.ICW1 | PicCommand.ICW1_SNGL | PicCommand.ICW1_IC4);
    chip.data(Pics.MASTER_BASE);
    chip.data(PicCommand.ICW4_UPM);
    chip.data(0xA5);
    machine.observe("IMR after ICW1 with SNGL=1, ICW2, ICW4 and A5h", hex(chip.imr()));
    expectWorking(machine, pics);
  }

  @Test
  @Records
  @Requires(stimuli = Stimulus.LINES, isaLines = 3, virtualTime = true)
  @Covers("PIC-INIT-012")
  void recordsLevelTriggeringByTheFirstWord(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    Pic chip = pics.master();
    chip.command(PicCommand.ICW1 | PicCommand.ICW1_LTIM | PicCommand.ICW1_IC4);
    chip.data(Pics.MASTER_BASE);
    chip.data(MASTER_ICW3);
    chip.data(PicCommand.ICW4_UPM);
    pics.allowOnly(3);
    pics.raise(3);
    pics.acknowledge(3);
    chip.eoi();
    machine.observe(
        "with LTIM=1, IRR bit 3 while the line stays high after EOI", (chip.irr() & 1 << 3) != 0);
    pics.lower(3);
    expectWorking(machine, pics);
  }

  @Test
  @Records
  @OnMachine(powerOn = true)
  @Covers("PIC-INIT-013")
  void recordsTheStateBeforeInitialization(Machine machine, Cpu cpu) {
    for (Pic chip : List.of(machine.masterPic(), machine.slavePic())) {
      machine.observe("IMR of the %s after reset".formatted(chip), hex(chip.imr()));
      machine.observe("IRR of the %s after reset".formatted(chip), hex(chip.irr()));
      machine.observe("ISR of the %s after reset".formatted(chip), hex(chip.isr()));
    }
    cpu.lapic().setEnabled(true);
    expectWorking(machine, Pics.throughLint0(machine));
  }

  @Test
  @Records
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {1, 12})
  @Covers("PIC-INIT-014")
  void recordsWhetherInitializationEndsWhatIsInService(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(1, 12);
    pics.putInService(12);
    pics.putInService(1);
    pics.initialize();
    machine.observe("ISR of the master, it was {1, 2}, after ICW1", hex(pics.master().isr()));
    machine.observe("ISR of the slave, it was {4}, after ICW1", hex(pics.slave().isr()));
    expectWorking(machine, pics);
  }

  private static String hex(int value) {
    return "%02Xh".formatted(value);
  }
}
