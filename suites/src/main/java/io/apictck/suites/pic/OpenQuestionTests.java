package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the data sheets leave open about accesses, requests and ends is recorded. */
@Conformance
@Requires(Feature.PIC)
final class OpenQuestionTests {
  /** Ports that ICH bridges decode as aliases of 21h. */
  private static final int[] ALIASES = {0x25, 0x29, 0x2D, 0x31, 0x35, 0x39, 0x3D};

  private static final int AUTOMATIC = PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI;

  @Test
  @Records
  @Covers("PIC-OCW-011")
  void recordsAccessesOfTwoBytes(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    for (Pic chip : List.of(pics.master(), pics.slave())) {
      int port = chip == pics.master() ? Pic.MASTER : Pic.SLAVE;
      int before = 0x5A;
      chip.setImr(before);
      cpu.run(new Instruction.Out(port, 2, 0xA500 | PicCommand.NON_SPECIFIC_EOI));
      int after = chip.imr();
      machine.observe("IMR of the %s after OUT of A520h, it was 5Ah".formatted(chip), hex(after));
      chip.setImr(before);
      for (int i = 0; i < 2; i++) {
        // traffic of another value in between: nothing of it may be left over
        cpu.in8(Pic.MASTER + 1);
        long value = cpu.run(new Instruction.In(port, 2))[0];
        machine.observe("IN of two bytes at the %s".formatted(chip), "%04Xh".formatted(value));
      }
      assertThat(chip).hasMask(before).isServicingNothing();
    }
  }

  @Test
  @Records
  @Covers("PIC-OCW-012")
  void recordsAliases(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    for (int alias : ALIASES) {
      pics.master().setImr(0xFF);
      cpu.out8(alias, 0xFD);
      machine.observe(
          "a write to port " + hex(alias) + " reaches IMR", pics.master().imr() == 0xFD);
      pics.master().setImr(0xFF);
      assertThat(pics.master()).hasMask(0xFF);
    }
  }

  @Test
  @Records
  @Requires(
      stimuli = Stimulus.LINES,
      isaLines = {3, 4})
  @Covers("PIC-EDG-005")
  void recordsAnEdgeThatIsGoneBeforeTheAcknowledge(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(3, 4);
    pics.raise(4);
    pics.lower(4);
    machine.observe("IRR bit 4 after a pulse", (pics.master().irr() & 1 << 4) != 0);
    List<Integer> inService = new ArrayList<>();
    Counter real =
        cpu.onInterrupt(
            Pics.vector(4),
            (self, frame) -> {
              inService.add(pics.master().isr());
              pics.master().eoi();
              self.iret();
            });
    Counter spurious =
        cpu.onInterrupt(
            Pics.vector(7),
            (self, frame) -> {
              inService.add(pics.master().isr());
              self.iret();
            });
    pics.expectNothing();
    machine.observe("interrupts of level 4", real.count());
    machine.observe("interrupts of level 7", spurious.count());
    assertThat(real.count() + spurious.count()).as("interrupts").isLessThanOrEqualTo(1);
    if (!inService.isEmpty()) {
      assertThat(inService).as("ISR").containsExactly(real.count() == 1 ? 1 << 4 : 0);
    }
    cpu.noHandler(Pics.vector(4));
    cpu.noHandler(Pics.vector(7));
    assertThat(pics.master()).isServicingNothing();
    pics.raise(3);
    pics.raise(4);
    pics.serveInOrder(3, 4);
    pics.lower(3);
    pics.lower(4);
  }

  @Test
  @Records
  @Requires(value = Feature.ELCR, stimuli = Stimulus.LINES, isaLines = 10)
  @Covers("PIC-EDG-006")
  void recordsARequestOfTheSlaveThatIsGoneBeforeTheAcknowledge(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl.of(machine).setLevel(10);
    pics.allowOnly(10);
    pics.raise(10);
    pics.lower(10);
    Counter ofMaster =
        cpu.onInterrupt(
            Pics.vector(7),
            (self, frame) -> {
              assertThat(pics.master()).isServicingNothing();
              self.iret();
            });
    Counter ofSlave =
        cpu.onInterrupt(
            Pics.vector(15),
            (self, frame) -> {
              assertThat(pics.master()).isServicing(PicCommand.CASCADE);
              assertThat(pics.slave()).isServicingNothing();
              pics.master().eoi();
              self.iret();
            });
    pics.expectNothing();
    machine.observe("spurious interrupts of the master", ofMaster.count());
    machine.observe("spurious interrupts of the slave", ofSlave.count());
    assertThat(ofMaster.count() + ofSlave.count()).as("interrupts").isLessThanOrEqualTo(1);
    assertThat(pics.master()).isServicingNothing();
    pics.raise(10);
    pics.acknowledge(10);
    pics.lower(10);
    pics.eoi(10);
    pics.expectNothing();
  }

  @Test
  @Records
  @Requires(stimuli = Stimulus.LINES, isaLines = 12)
  @Covers("PIC-EOI-006")
  void recordsAutomaticEndOfTheSlave(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    pics.initialize(PicCommand.ICW4_UPM, AUTOMATIC);
    pics.allowOnly(12);
    pics.putInService(12);
    machine.observe("ISR of the slave with AEOI in the handler", hex(pics.slave().isr()));
    assertThat(pics.master()).isServicing(PicCommand.CASCADE);
    pics.slave().specificEoi(4);
    pics.master().eoi();
    pics.raise(12);
    pics.acknowledge(12);
    pics.lower(12);
  }

  @Test
  @Records
  @Requires(value = Feature.ELCR, stimuli = Stimulus.LINES, isaLines = 5)
  @Covers("PIC-ELCR-005")
  void recordsAChangeOfTheTriggerModeOfAnActiveInput(Machine machine) {
    Pics pics = Pics.throughLint0(machine);
    EdgeLevelControl control = EdgeLevelControl.of(machine);
    control.setEdge();
    pics.raise(5);
    observeRequest(machine, pics, "an edge");
    control.setLevel(5);
    observeRequest(machine, pics, "an edge, then level-triggered");
    pics.lower(5);
    observeRequest(machine, pics, "the line fell");
    pics.raise(5);
    control.setEdge();
    observeRequest(machine, pics, "a level, then edge-triggered");
    pics.lower(5);
    for (boolean level : new boolean[] {false, true}) {
      pics.initialize();
      control.setLevel(level ? List.of(5) : List.of());
      pics.allowOnly(5);
      pics.expectNothing();
      pics.raise(5);
      pics.acknowledge(5);
      pics.lower(5);
      pics.eoi(5);
      pics.expectNothing();
    }
  }

  private static void observeRequest(Machine machine, Pics pics, String after) {
    machine.observe("IRR bit 5 after " + after, (pics.master().irr() & 1 << 5) != 0);
  }

  private static String hex(int value) {
    return "%02Xh".formatted(value);
  }
}
