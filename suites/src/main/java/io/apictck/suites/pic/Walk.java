package io.apictck.suites.pic;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PicCommand;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.Pic;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.Pics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;

/** A random walk over the pair, side by side with {@link SpecifiedPair}. */
final class Walk {
  /** What a walk may do besides driving lines, masking and taking interrupts. */
  enum Repertoire {
    /** EOI. */
    ENDS,
    /** EOI and rotation. */
    ROTATION,
    /** EOI and special mask mode. */
    SPECIAL_MASK,
    /** EOI, and polls in place of INTA. */
    POLLS
  }

  private static final int READ_IRR = PicCommand.OCW3 | PicCommand.RR;
  private static final int READ_ISR = PicCommand.OCW3 | PicCommand.RR | PicCommand.RIS;
  private static final int SET_SPECIAL_MASK = PicCommand.OCW3 | PicCommand.ESMM | PicCommand.SMM;
  private static final int CLEAR_SPECIAL_MASK = PicCommand.OCW3 | PicCommand.ESMM;
  private static final int POLLED = 0x87;
  private static final int REQUEST = 0x80;
  private static final int TOLD = 8;

  private final Machine machine;
  private final Cpu cpu;
  private final Pics pics;
  private final List<Integer> irqs;
  private final int masterLines;
  private final int slaveLines;
  private final TreeSet<Integer> high = new TreeSet<>();

  /** The last steps, for failures. */
  private final Deque<String> steps = new ArrayDeque<>();

  private Random random = new Random(0);
  private SpecifiedPair specified = new SpecifiedPair(0, 0);

  Walk(Machine machine) {
    this.machine = machine;
    cpu = machine.cpu(0);
    pics = Pics.throughLint0(machine);
    irqs = pics.drivable();
    masterLines = bits(Irqs.ofMaster(pics));
    slaveLines = bits(Irqs.ofSlave(pics));
  }

  private static int bits(List<Integer> inputs) {
    return inputs.stream().map(Pics::bit).reduce(0, (all, bit) -> all | bit);
  }

  /** All lines low, nothing in service, a new choice of level-triggered inputs. */
  void begin(Random source, int masterIcw4) {
    random = source;
    steps.clear();
    pics.initialize(masterIcw4, PicCommand.ICW4_UPM);
    for (int level = 0; level < Irqs.LEVELS; level++) {
      pics.slave().specificEoi(level);
      pics.master().specificEoi(level);
    }
    specified = new SpecifiedPair(masterIcw4, PicCommand.ICW4_UPM);
    if (machine.features().has(Feature.ELCR)) {
      EdgeLevelControl control = EdgeLevelControl.of(machine);
      int masterLevels = random.nextInt() & Irqs.MASTER_LEVEL_CAPABLE;
      int slaveLevels = random.nextInt() & Irqs.SLAVE_LEVEL_CAPABLE;
      control.write(EdgeLevelControl.MASTER, masterLevels);
      control.write(EdgeLevelControl.SLAVE, slaveLevels);
      specified.master().setLevelTriggered(masterLevels);
      specified.slave().setLevelTriggered(slaveLevels);
    }
    setMask(true, 0);
    setMask(false, 0);
    compare();
  }

  /** All lines low again. */
  void end() {
    pics.allowOnly();
    List.copyOf(high).forEach(pics::lower);
    high.clear();
    pics.expectNothing();
  }

  /** Does something, and compares all registers. */
  void step(Repertoire repertoire) {
    switch (random.nextInt(10)) {
      case 0, 1, 2, 3 -> toggleLine();
      case 4 -> changeMask();
      case 5, 6 -> take(repertoire);
      case 7 -> endOne();
      default -> special(repertoire);
    }
    compare();
  }

  private void special(Repertoire repertoire) {
    boolean master = random.nextBoolean();
    switch (repertoire) {
      case ENDS -> endOne();
      case POLLS -> take(repertoire);
      case ROTATION -> rotate(master);
      case SPECIAL_MASK -> changeSpecialMask(master);
    }
  }

  /** Whether a step leads to what the data sheet leaves open. */
  private boolean isOpen(Consumer<SpecifiedPair> step) {
    SpecifiedPair copy = specified.copy();
    step.accept(copy);
    copy.settle();
    return copy.isOpen();
  }

  private void toggleLine() {
    int irq = irqs.get(random.nextInt(irqs.size()));
    boolean up = !high.contains(irq);
    if (isOpen(pair -> pair.drive(irq, up))) {
      return;
    }
    told((up ? "raise " : "lower ") + irq);
    machine.isaLine(irq, up);
    specified.drive(irq, up);
    if (up) {
      high.add(irq);
    } else {
      high.remove(irq);
    }
  }

  private void changeMask() {
    boolean master = random.nextInt(3) > 0;
    // few masked, so that something happens
    int mask = random.nextInt(256);
    mask &= random.nextInt(256);
    mask &= random.nextInt(256);
    int written = mask;
    if (!isOpen(pair -> pair.chip(master).setMask(written))) {
      setMask(master, written);
    }
  }

  private void setMask(boolean master, int mask) {
    told("mask " + name(master) + " " + Integer.toHexString(mask) + "h");
    chip(master).setImr(mask);
    specified.chip(master).setMask(mask);
    specified.settle();
  }

  private void take(Repertoire repertoire) {
    if (isOpen(SpecifiedPair::acknowledge)) {
      return;
    }
    if (repertoire == Repertoire.POLLS) {
      poll();
      return;
    }
    OptionalInt vector = specified.acknowledge();
    if (vector.isEmpty()) {
      told("nothing to take");
      cpu.sti();
      machine.expectNothing();
      cpu.cli();
      return;
    }
    told("take " + Integer.toHexString(vector.getAsInt()) + "h");
    int irq = vector.getAsInt() - Pics.MASTER_BASE;
    explained(() -> pics.acknowledge(irq));
  }

  private void poll() {
    OptionalInt vector = specified.acknowledge();
    told("poll");
    int polled = pics.master().poll();
    if (vector.isEmpty()) {
      assertThat(polled & REQUEST).as("bit 7 of the poll word, %s", this).isZero();
      return;
    }
    int irq = vector.getAsInt() - Pics.MASTER_BASE;
    assertThat(polled & POLLED)
        .as("poll word of the master, %s", this)
        .isEqualTo(REQUEST | Irqs.masterLevel(irq));
    if (irq >= Irqs.LEVELS) {
      assertThat(pics.slave().poll() & POLLED)
          .as("poll word of the slave, %s", this)
          .isEqualTo(REQUEST | Pics.level(irq));
    }
  }

  private void endOne() {
    boolean master = random.nextBoolean();
    SpecifiedChip chip = specified.chip(master);
    int level = random.nextInt(3) == 0 ? random.nextInt(Irqs.LEVELS) : chip.ending().orElse(-1);
    boolean specific = level < 0 || random.nextBoolean() || level != chip.ending().orElse(-1);
    int ended = Math.max(level, 0);
    if (isOpen(pair -> pair.chip(master).end(ended))) {
      return;
    }
    command(master, specific ? PicCommand.SPECIFIC_EOI | ended : PicCommand.NON_SPECIFIC_EOI);
    chip.end(ended);
    specified.settle();
  }

  private void rotate(boolean master) {
    SpecifiedChip chip = specified.chip(master);
    int lowest = random.nextInt(Irqs.LEVELS);
    OptionalInt ending = chip.ending();
    int kind = random.nextInt(3);
    if (kind == 0 && ending.isPresent()) {
      endAndRotate(master, PicCommand.ROTATE_ON_NON_SPECIFIC_EOI, ending.getAsInt());
    } else if (kind == 1 && chip.isInService(lowest)) {
      endAndRotate(master, PicCommand.ROTATE_ON_SPECIFIC_EOI | lowest, lowest);
    } else if (!isOpen(pair -> pair.chip(master).makeLowest(lowest))) {
      command(master, PicCommand.SET_PRIORITY | lowest);
      chip.makeLowest(lowest);
      specified.settle();
    }
  }

  private void endAndRotate(boolean master, int command, int level) {
    if (isOpen(
        pair -> {
          pair.chip(master).end(level);
          pair.chip(master).makeLowest(level);
        })) {
      return;
    }
    command(master, command);
    specified.chip(master).end(level);
    specified.chip(master).makeLowest(level);
    specified.settle();
  }

  private void changeSpecialMask(boolean master) {
    boolean on = random.nextInt(3) > 0;
    if (isOpen(pair -> pair.chip(master).setSpecialMask(on))) {
      return;
    }
    command(master, on ? SET_SPECIAL_MASK : CLEAR_SPECIAL_MASK);
    specified.chip(master).setSpecialMask(on);
    specified.settle();
  }

  private void command(boolean master, int word) {
    told("command " + Integer.toHexString(word) + "h to " + name(master));
    chip(master).command(word);
  }

  private Pic chip(boolean master) {
    return master ? pics.master() : pics.slave();
  }

  private static String name(boolean master) {
    return master ? "master" : "slave";
  }

  /** IMR, IRR and ISR of both chips, read in one block. */
  private void compare() {
    long[] values =
        cpu.run(
            new Instruction.In(Pic.MASTER + 1, 1),
            new Instruction.Out(Pic.MASTER, 1, READ_IRR),
            new Instruction.In(Pic.MASTER, 1),
            new Instruction.Out(Pic.MASTER, 1, READ_ISR),
            new Instruction.In(Pic.MASTER, 1),
            new Instruction.In(Pic.SLAVE + 1, 1),
            new Instruction.Out(Pic.SLAVE, 1, READ_IRR),
            new Instruction.In(Pic.SLAVE, 1),
            new Instruction.Out(Pic.SLAVE, 1, READ_ISR),
            new Instruction.In(Pic.SLAVE, 1));
    explained(() -> {
      compare("master", values, 0, specified.master(), masterLines | 1 << PicCommand.CASCADE);
      compare("slave", values, 3, specified.slave(), slaveLines);
    });
  }

  private static void compare(
      String name, long[] values, int first, SpecifiedChip chip, int lines) {
    int seen = lines & ~chip.openIrr();
    if (values[first] != chip.imr()
        || (values[first + 1] & seen) != (chip.irr() & seen)
        || values[first + 2] != chip.isr()) {
      throw new AssertionError(
          "the %s should have IMR=%02Xh, IRR=%02Xh (of %02Xh), ISR=%02Xh, but has IMR=%02Xh, IRR=%02Xh, ISR=%02Xh"
              .formatted(
                  name,
                  chip.imr(),
                  chip.irr() & seen,
                  seen,
                  chip.isr(),
                  values[first],
                  values[first + 1],
                  values[first + 2]));
    }
  }

  private void explained(Runnable check) {
    try {
      check.run();
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; " + this, e);
    }
  }

  private void told(String step) {
    steps.addLast(step);
    if (steps.size() > TOLD) {
      steps.removeFirst();
    }
  }

  /** The last steps. */
  @Override
  public String toString() {
    return "last steps: " + String.join(", ", steps);
  }
}
