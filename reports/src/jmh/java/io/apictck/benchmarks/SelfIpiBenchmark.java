package io.apictck.benchmarks;

import io.apictck.arch.ApicBase;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Shorthand;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.MachineRequest;
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

/** What a self-IPI round trip costs: send, take, end of interrupt, return. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SelfIpiBenchmark {
  private static final int VECTOR = 0x61;
  private static final long PAGE = ApicBase.DEFAULT_ADDRESS;
  private static final int SELF =
      InterruptCommand.fixed(VECTOR).withShorthand(Shorthand.SELF).low();

  private ReferenceChipset chipset;
  private Cpu cpu;

  /** A chipset alone, and a whole machine. */
  @Setup
  public void setUp() {
    chipset = new ReferenceChipset(new ModelConfiguration(List.of(0), Set.of()), new NoClient());
    chipset.reset();
    int enabled = SpuriousInterruptVector.RESET.withEnabled(true).raw();
    chipset.write(0, PAGE + LapicRegister.SVR.offset(), 4, enabled);

    Machine machine =
        new Machine(
            new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1)), new Trace());
    cpu = machine.cpu(0);
    cpu.lapic().setEnabled(true);
    cpu.sti();
  }

  /** Through the chipset of the model: two stores and an acknowledge cycle. */
  @Benchmark
  public int chipset() {
    chipset.write(0, PAGE + LapicRegister.ICR.offset(), 4, SELF);
    int vector = chipset.interruptRequested(0) ? chipset.acknowledge(0) : -1;
    chipset.write(0, PAGE + LapicRegister.EOI.offset(), 4, 0);
    return vector;
  }

  /** Through the director, with everything recorded in the trace. */
  @Benchmark
  public int director() {
    cpu.lapic().sendSelfIpi(VECTOR);
    int vector = cpu.takeInterrupt(VECTOR).vector();
    cpu.lapic().eoi();
    cpu.iret();
    return vector;
  }
}
