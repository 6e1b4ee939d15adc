package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cpuid;
import io.apictck.arch.Exceptions;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Rflags;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Counter;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptHandler;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Stimulus;

/** Checks in other files that have an interrupt in them (smptest.c, pmu.c, debug.c). */
@Conformance
final class OtherFileTests {
  private static final int VECTOR = 0xA1;
  private static final int OVERFLOWS = 5;

  /** Each runs code of its own by an IPI, as the original does. */
  @InEachApicMode
  @OnMachine(processors = 4)
  @Covers({"LAPIC-REG-004", "LAPIC-ICR-005"})
  @Ports("KUT-REL-002")
  void eachProcessorRunsWithItsId(Machine machine, Cpu cpu) {
    for (int i = 0; i < 4; i++) {
      Cpu target = machine.cpu(i);
      long mark = machine.scratch(16L * i);
      target.onInterrupt(
          VECTOR,
          (self, frame) -> {
            self.write32(mark, self.lapic().id());
            self.write32(mark + 4, self.cpuid(Cpuid.FEATURES).ebx() >>> 24);
            self.finishInterrupt();
          });
      cpu.write32(mark, -1);
      cpu.write32(mark + 4, -1);
      target.sti();
      cpu.lapic().sendIpi(target, VECTOR);
      assertThat(machine.settle(() -> cpu.read32(mark + 4) != -1)).as("%s runs", target).isTrue();
      assertThat(cpu.read32(mark)).as("APIC ID that %s reads", target).isEqualTo(target.apicId());
      assertThat(cpu.read32(mark + 4))
          .as("initial APIC ID that %s reads", target)
          .isEqualTo(target.apicId() & 0xFF);
    }
    machine.expectNothing();
  }

  @InEachApicMode
  @Requires(value = Feature.LVT_PERFORMANCE, stimuli = Stimulus.LOCAL_EVENTS)
  @Covers("LAPIC-LVT-014")
  @Ports("KUT-REL-004")
  void anOverflowInterruptsOnceIfItsEntryIsUnmasked(Machine machine, Cpu cpu) {
    Counter taken =
        cpu.onInterrupt(
            VECTOR,
            (self, frame) -> {
              // the overflow masked it
              self.lapic().setLvt(LapicRegister.LVT_PERFORMANCE, LvtEntry.fixed(VECTOR));
              self.finishInterrupt();
            });
    cpu.sti();
    cpu.lapic().setLvt(LapicRegister.LVT_PERFORMANCE, LvtEntry.fixed(VECTOR));
    for (int i = 1; i <= OVERFLOWS; i++) {
      int expected = i;
      cpu.pulse(LocalLine.PERFORMANCE);
      machine.settle(() -> taken.count() >= expected);
      machine.expectNothing();
      assertThat(taken).hasCount(i);
    }
    cpu.lapic().setLvt(LapicRegister.LVT_PERFORMANCE, LvtEntry.RESET);
    cpu.pulse(LocalLine.PERFORMANCE);
    machine.expectNothing();
    assertThat(taken).as("interrupts, the last overflow masked").hasCount(OVERFLOWS);
  }

  /** The timer is periodic, so that it also wakes a HLT that is reached late. */
  @InEachApicMode
  @Requires(virtualTime = true) // elsewhere a tick may come at each instruction
  @Covers({"CPU-HLT-001", "CPU-ORD-002"})
  @Ports("KUT-REL-005")
  void singleStepGoesThroughStiAndHlt(Machine machine, Cpu cpu) {
    Counter traps = cpu.onTrap(Exceptions.DB, InterruptHandler.RETURN);
    Counter ticks = cpu.countInterrupts(VECTOR);
    cpu.lapic().startTimer(TimerMode.PERIODIC, VECTOR, TimerDivide.BY_16, 1_000_000);
    BlockRun run =
        cpu.start(
            new Instruction.Popf(Rflags.FIXED | Rflags.TF),
            new Instruction.Nop(),
            new Instruction.Sti(),
            new Instruction.Hlt(),
            new Instruction.Nop(),
            new Instruction.Popf(Rflags.FIXED));
    run.values();
    cpu.lapic().stopTimer();
    assertThat(traps).hasCount(5);
    for (int i = 0; i < 4; i++) {
      assertThat(traps.frames().get(i)).interruptedAt(run, i + 2);
    }
    machine.observe("timer interrupts meanwhile", ticks.count());
    cpu.sti();
    machine.expectNothing();
  }
}
