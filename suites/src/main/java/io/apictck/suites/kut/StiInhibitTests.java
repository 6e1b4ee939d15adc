package io.apictck.suites.kut;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.InterruptFrame;
import io.apictck.machine.Machine;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pics;
import org.junit.jupiter.api.Test;

/** An interrupt of the 8259 pair that waits at STI wakes HLT (realmode.c: sti inhibit). */
@Conformance
@Requires(value = Feature.PIC, stimuli = Stimulus.LINES, isaLines = 11)
final class StiInhibitTests {
  private static final int IRQ = 11;

  /** The original only pulses the line; whether an edge outlives its line is left open. */
  @Test
  @Covers({"CPU-SHD-003", "PIC-EDG-001"})
  @Ports("KUT-REL-001")
  void anInterruptThatWaitsAtStiWakesTheHltBehindIt(Machine machine, Cpu cpu) {
    Pics pics = Pics.throughLint0(machine);
    pics.allowOnly(IRQ);
    pics.raise(IRQ);
    machine.expectNothing();
    BlockRun run = cpu.start(new Instruction.Sti(), new Instruction.Hlt(), new Instruction.Cli());
    InterruptFrame frame = pics.take(IRQ);
    // not between STI and HLT: there it would halt with nothing to wake it
    assertThat(frame).isExternal().interruptedAt(run, 2);
    pics.lower(IRQ);
    cpu.iret();
    run.values();
    machine.expectNothing();
  }
}
