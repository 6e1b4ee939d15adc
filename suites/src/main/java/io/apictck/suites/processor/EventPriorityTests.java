package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.Exceptions;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Rflags;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which of several events comes first (Intel SDM Vol. 3A, "Priority Among Simultaneous Exceptions
 * and Interrupts").
 */
@Conformance
final class EventPriorityTests {
  private static final int VECTOR = 0x61;
  private static final int EXTERNAL = 0x30;

  @InEachApicMode
  @Covers("CPU-ORD-001")
  void nmiComesBeforeAMaskableInterrupt(Cpu cpu) {
    cpu.sti();
    Nmis.send(cpu, cpu);
    cpu.takeNmi();
    cpu.lapic().sendSelfIpi(VECTOR);
    Nmis.send(cpu, cpu);
    cpu.iret();
    cpu.takeNmi();
    assertThat(cpu.lapic()).requests(VECTOR).isServicingNothing();
    cpu.iret();
    cpu.serve(VECTOR);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers("CPU-ORD-002")
  void singleStepTrapComesBeforeAnInterruptOfTheSameInstruction(Cpu cpu) {
    List<InterruptFrame> log = new ArrayList<>();
    cpu.onTrap(
        Exceptions.DB,
        (self, frame) -> {
          log.add(frame);
          self.iret();
        });
    cpu.onInterrupt(
        VECTOR,
        (self, frame) -> {
          log.add(frame);
          self.finishInterrupt();
        });
    BlockRun run =
        cpu.start(
            new Instruction.Popf(Rflags.FIXED | Rflags.IF | Rflags.TF),
            new Instruction.Wrmsr(LapicRegister.SELF_IPI.msr(), VECTOR),
            new Instruction.Nop(),
            new Instruction.Popf(Rflags.FIXED));
    run.values();
    List<InterruptFrame> interrupts =
        log.stream().filter(frame -> frame.cause() == InterruptFrame.Cause.EXTERNAL).toList();
    assertThat(interrupts).hasSize(1);
    InterruptFrame interrupt = interrupts.getFirst();
    assertThat(interrupt).interruptedAt(run, 2);
    assertThat(log.indexOf(interrupt)).as("events before the interrupt").isPositive();
    assertThat(log.get(log.indexOf(interrupt) - 1)).isTrap(Exceptions.DB).interruptedAt(run, 2);
  }

  @InEachApicMode
  @Covers("CPU-ORD-003")
  void repeatedStringInstructionIsInterruptedBetweenIterations(Machine machine, Cpu cpu) {
    int size = 1 << 16;
    long source = machine.scratch(0);
    long destination = machine.scratch(size);
    // a pattern of one period of 256 bytes that differ, doubled until it fills the source
    List<Instruction> pattern = new ArrayList<>();
    for (int i = 0; i < 256; i += 8) {
      pattern.add(
          new Instruction.Store(
              source + i, 8, 0x0706_0504_0302_0100L + i * 0x0101_0101_0101_0101L));
    }
    for (int filled = 256; filled < size; filled *= 2) {
      pattern.add(new Instruction.RepMovsb(source + filled, source, filled));
    }
    cpu.run(pattern);

    Counter ticks = cpu.countInterrupts(VECTOR);
    cpu.sti();
    // in real time handlers take their time too: the copy would never end
    int period = machine.description().virtualTime() ? 50 : 1_000_000;
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_1, period);
    BlockRun copy = cpu.start(new Instruction.RepMovsb(destination, source, size));
    copy.values();
    cpu.cli();
    cpu.lapic().stopTimer();
    cpu.sti();

    List<InterruptFrame> during =
        ticks.frames().stream()
            .filter(frame -> frame.interrupted().block() == copy.block())
            .toList();
    machine.observe("interrupts during REP MOVSB", during.size());
    if (machine.description().virtualTime()) {
      assertThat(during).as("interrupts during REP MOVSB").hasSizeGreaterThan(10);
    }
    for (InterruptFrame frame : during) {
      assertThat(frame.interrupted().index())
          .as("returns to REP MOVSB (0) or behind it (1)")
          .isIn(0, 1);
    }
    List<Instruction> compare = new ArrayList<>();
    for (int i = 0; i < size; i += 8) {
      compare.add(new Instruction.Load(destination + i, 8));
    }
    long[] copied = cpu.runInPieces(compare);
    for (int i = 0; i < copied.length; i++) {
      long expected = 0x0706_0504_0302_0100L + (i * 8 & 0xFF) * 0x0101_0101_0101_0101L;
      assertThat(copied[i]).as("quadword %d of the copy", i).isEqualTo(expected);
    }
  }

  @Test
  @Records
  @Requires(stimuli = {Stimulus.LINT_PINS, Stimulus.SUPPLIED_VECTOR})
  @Covers("CPU-ORD-004")
  void recordsWhetherExtIntOrAFixedInterruptComesFirst(Machine machine, Cpu cpu) {
    List<Integer> order = new ArrayList<>();
    cpu.onInterrupt(
        EXTERNAL,
        (self, frame) -> {
          order.add(EXTERNAL);
          self.line(LocalLine.LINT0, false);
          self.iret();
        });
    cpu.onInterrupt(
        VECTOR,
        (self, frame) -> {
          order.add(VECTOR);
          self.finishInterrupt();
        });
    machine.supplyVector(EXTERNAL);
    cpu.lapic()
        .setLvt(LapicRegister.LVT_LINT0, LvtEntry.fixed(0).withDeliveryMode(DeliveryMode.EXT_INT));
    cpu.line(LocalLine.LINT0, true);
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.sti();
    machine.expectNothing();
    machine.observe("first of ExtINT and Fixed", order.getFirst() == EXTERNAL ? "ExtINT" : "Fixed");
    assertThat(order).as("each is delivered once").containsExactlyInAnyOrder(EXTERNAL, VECTOR);
  }

  @Test
  @Requires(stimuli = Stimulus.SMI)
  @Covers("CPU-ORD-005")
  void smiComesBeforeNmiAndNmiBeforeAMaskableInterrupt(Machine machine, Cpu cpu) {
    cpu.sti();
    cpu.pulse(LocalLine.SMI);
    cpu.takeSmi();
    // system-management mode holds all of them
    cpu.lapic().sendSelfIpi(VECTOR);
    Nmis.send(cpu, cpu);
    cpu.pulse(LocalLine.SMI);
    machine.expectNothing();
    cpu.iret();
    cpu.takeSmi();
    machine.expectNothing();
    cpu.iret();
    cpu.takeNmi();
    cpu.iret();
    cpu.serve(VECTOR);
  }

  @Test
  @OnMachine(processors = 2)
  @Requires(stimuli = {Stimulus.SMI, Stimulus.INIT_PIN})
  @Covers("CPU-ORD-005")
  void initComesBeforeNmi(Machine machine) {
    Cpu cpu = machine.cpu(1);
    Counter nmis = cpu.onNmi(InterruptHandler.RETURN);
    cpu.pulse(LocalLine.SMI);
    cpu.takeSmi();
    Nmis.send(machine.cpu(0), cpu);
    cpu.pulse(LocalLine.INIT);
    machine.expectNothing();
    cpu.start(new Instruction.Rsm());
    cpu.expectInit();
    machine.expectNothing();
    assertThat(nmis).hasCount(0);
  }
}
