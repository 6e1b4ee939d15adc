package io.apictck.suites.processor;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.Records;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The instruction behind STI and MOV SS (Intel SDM Vol. 2B, "STI"; Vol. 3A, "Masking Exceptions and
 * Interrupts When Switching Stacks").
 */
@Conformance
final class ShadowTests {
  private static final int VECTOR = 0x61;
  private static final int PAIRS = 60;
  private static final int PHASES = 100;

  @InEachApicMode
  @Covers("CPU-SHD-001")
  void stiLetsOneInstructionRunFirst(Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    BlockRun run =
        cpu.start(
            new Instruction.Sti(),
            new Instruction.Nop(),
            new Instruction.Nop(),
            new Instruction.Nop());
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 2).interruptedWithInterruptsEnabled();
    cpu.finishInterrupt();
    assertThat(run.completed()).isTrue();
  }

  @InEachApicMode
  @Covers("CPU-SHD-002")
  void stiCliTakesNoInterrupt(Machine machine, Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    List<Instruction> block = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      block.add(new Instruction.Sti());
      block.add(new Instruction.Cli());
    }
    cpu.run(block);
    machine.expectNothing();
    assertThat(cpu.lapic()).requests(VECTOR);
    BlockRun run = cpu.start(new Instruction.Sti(), new Instruction.Nop(), new Instruction.Nop());
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 2);
    cpu.finishInterrupt();
  }

  @InEachApicMode
  @Covers("CPU-SHD-003")
  void stiHltIsEndedByAPendingInterrupt(Cpu cpu) {
    cpu.lapic().sendSelfIpi(VECTOR);
    BlockRun run = cpu.start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Nop());
    assertThat(cpu.takeInterrupt(VECTOR)).interruptedAt(run, 2);
    cpu.finishInterrupt();
    run.values();
  }

  @Test
  @Records
  @Sweep
  @Covers("CPU-SHD-004")
  void recordsWhetherStiDelaysWithIfAlreadySet(Machine machine, Cpu cpu, Cases cases) {
    Set<Integer> parities = hits(cpu, cases, new Instruction.Sti());
    machine.observe(
        "interrupts between STI and the next instruction with IF=1", parities.contains(1));
  }

  @Test
  @Sweep
  @Covers("CPU-SHD-005")
  void movSsHoldsInterruptsForOneInstruction(Cpu cpu, Cases cases) {
    assertThat(hits(cpu, cases, new Instruction.MovSs()))
        .as("interrupts before a MOV SS (0) and before the instruction behind it (1)")
        .doesNotContain(1);
  }

  @Test
  @Sweep
  @Requires(virtualTime = true)
  @Covers("CPU-SHD-006")
  void lssMakesNoShadow(Cpu cpu, Cases cases) {
    assertThat(hits(cpu, cases, new Instruction.Lss()))
        .as("interrupts before an LSS (0) and before the instruction behind it (1)")
        .contains(0, 1);
  }

  /**
   * Where in pairs of {@code first} and NOP a timer interrupt was taken: 0 before the first of a
   * pair, 1 before the NOP.
   */
  private static Set<Integer> hits(Cpu cpu, Cases cases, Instruction first) {
    List<Instruction> pairs = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      pairs.add(first);
      pairs.add(new Instruction.Nop());
    }
    TimerStorm storm = new TimerStorm(cpu, 3);
    Set<Integer> parities = new TreeSet<>();
    cases.range(
        0,
        PHASES,
        delay -> {
          int index = storm.hit(delay, pairs);
          if (index > 0 && index < pairs.size()) {
            parities.add(index % 2);
          }
        });
    return parities;
  }

  @InEachApicMode
  @Covers("CPU-SHD-007")
  void movSsHoldsTheSingleStepTrapToo(Cpu cpu) {
    Counter traps = cpu.onTrap(Exceptions.DB, InterruptHandler.RETURN);
    BlockRun run =
        cpu.start(
            new Instruction.Popf(Rflags.FIXED | Rflags.TF),
            new Instruction.MovSs(),
            new Instruction.Nop(),
            new Instruction.Nop(),
            new Instruction.Popf(Rflags.FIXED));
    run.values();
    List<Integer> places =
        traps.frames().stream().map(frame -> frame.interrupted().index()).toList();
    assertThat(places)
        .as("instructions before which a single-step trap came")
        .doesNotContain(2)
        .contains(3, 4);
  }
}
