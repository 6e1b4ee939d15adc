package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Stimulus;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random walks over the pair, each step compared with what the data sheet says of it.
 *
 * <p>They keep off ground that it leaves open: edges withdrawn before the acknowledge, the slave's
 * request withdrawn, automatic EOI of the slave.
 */
@Conformance
@Requires(
    value = Feature.PIC,
    stimuli = Stimulus.LINES,
    isaLines = {1, 12})
final class RandomWalkTests {
  private static final int WALKS = 50;
  private static final int STEPS = 60;

  @Test
  @Sweep(sample = 8)
  @Covers({"PIC-OCW-009", "PIC-PRI-001", "PIC-PRI-002", "PIC-EOI-001", "PIC-EOI-003"})
  void fullyNested(Machine machine, Cases cases) {
    walk(machine, cases, PicCommand.ICW4_UPM, Walk.Repertoire.ENDS);
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PIC-PRI-003", "PIC-PRI-004", "PIC-PRI-005", "PIC-PRI-006", "PIC-EOI-002"})
  void withRotation(Machine machine, Cases cases) {
    walk(machine, cases, PicCommand.ICW4_UPM, Walk.Repertoire.ROTATION);
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PIC-EOI-005", "PIC-PRI-005"})
  void withAutomaticEndOfTheMaster(Machine machine, Cases cases) {
    int icw4 = PicCommand.ICW4_UPM | PicCommand.ICW4_AEOI;
    walk(machine, cases, icw4, Walk.Repertoire.ROTATION);
  }

  @Test
  @Sweep(sample = 8)
  @Covers("PIC-CAS-003")
  void specialFullyNested(Machine machine, Cases cases) {
    int icw4 = PicCommand.ICW4_UPM | PicCommand.ICW4_SFNM;
    walk(machine, cases, icw4, Walk.Repertoire.ROTATION);
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PIC-SMM-001", "PIC-SMM-002", "PIC-SMM-003"})
  void withSpecialMaskMode(Machine machine, Cases cases) {
    walk(machine, cases, PicCommand.ICW4_UPM, Walk.Repertoire.SPECIAL_MASK);
  }

  @Test
  @Sweep(sample = 8)
  @Covers({"PIC-POL-001", "PIC-POL-002"})
  void withPolls(Machine machine, Cases cases) {
    walk(machine, cases, PicCommand.ICW4_UPM, Walk.Repertoire.POLLS);
  }

  private static void walk(
      Machine machine, Cases cases, int masterIcw4, Walk.Repertoire repertoire) {
    Walk walk = new Walk(machine);
    cases.range(
        1,
        WALKS,
        seed -> {
          walk.begin(new Random(seed), masterIcw4);
          for (int step = 0; step < STEPS; step++) {
            walk.step(repertoire);
          }
          walk.end();
        });
    assertThat(machine.cpu(0).lapic()).isIdle();
  }
}
