package io.apictck.benchmarks;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.RedirectionEntry;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.machine.Cpu;
import io.apictck.machine.IoApic;
import io.apictck.machine.Machine;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.Feature;
import io.apictck.platform.MachineRequest;
import io.apictck.suites.support.Pin;
import io.apictck.trace.Trace;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the round trip of a level costs: assert, take, deassert, end of interrupt, return. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LevelInterruptBenchmark {
  private static final int VECTOR = 0x61;
  private static final int INPUT = 23;
  private static final long PAGE = ApicBase.DEFAULT_ADDRESS;
  private static final RedirectionEntry ENTRY = RedirectionEntry.fixed(VECTOR, 0).withLevel(true);

  private ReferenceChipset chipset;
  private Cpu cpu;
  private Pin pin;

  /** A chipset alone, and a whole machine. */
  @Setup
  public void setUp() {
    chipset =
        new ReferenceChipset(
            new ModelConfiguration(List.of(0), Set.of(Feature.IO_APIC)), new NoClient());
    chipset.reset();
    int enabled = SpuriousInterruptVector.RESET.withEnabled(true).raw();
    chipset.write(0, PAGE + LapicRegister.SVR.offset(), 4, enabled);
    writeEntry(IoApic.entryIndex(INPUT) + 1, (int) (ENTRY.raw() >>> 32));
    writeEntry(IoApic.entryIndex(INPUT), (int) ENTRY.raw());

    Machine machine =
        new Machine(
            new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1)), new Trace());
    cpu = machine.cpu(0);
    cpu.lapic().setEnabled(true);
    pin = Pin.fromLast(machine, 0);
    pin.routeLevel(VECTOR, cpu);
    cpu.sti();
  }

  private void writeEntry(int index, int value) {
    long page = ModelConfiguration.PC_IO_APIC.address();
    chipset.write(0, page + IoApic.IOREGSEL, 4, index);
    chipset.write(0, page + IoApic.IOWIN, 4, value);
  }

  /** Through the chipset of the model: the line, an acknowledge cycle and an EOI broadcast. */
  @Benchmark
  public int chipset() {
    chipset.setLine(INPUT, true);
    int vector = chipset.interruptRequested(0) ? chipset.acknowledge(0) : -1;
    chipset.setLine(INPUT, false);
    chipset.write(0, PAGE + LapicRegister.EOI.offset(), 4, 0);
    return vector;
  }

  /** Through the director, with everything recorded in the trace. */
  @Benchmark
  public int director() {
    pin.raise();
    int vector = cpu.takeInterrupt(VECTOR).vector();
    pin.lower();
    cpu.lapic().eoi();
    cpu.iret();
    return vector;
  }
}
