package io.apictck.benchmarks;

import io.apictck.chip.ChipPlatformProvider;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.trace.Trace;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Actions a second: the chipset in this process, and the same one at the other end of a pipe. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ChipBenchmark {
  private static final int VECTOR = 0x61;

  /** Where the chipset is. */
  @Param({"in process", "pipe"})
  public String where;

  private Platform platform;
  private Machine machine;
  private Cpu cpu;

  /** Opens a machine. */
  @Setup
  public void setUp() {
    platform =
        where.equals("pipe")
            ? new ChipPlatformProvider().open(Map.of("command", command()), MachineRequest.of(1))
            : new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1));
    machine = new Machine(platform, new Trace());
    cpu = machine.cpu(0);
    cpu.lapic().setEnabled(true);
    cpu.sti();
  }

  private static String command() {
    return "'%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' io.apictck.chip.ChipServer"
        .formatted(
            ProcessHandle.current().info().command().orElseThrow(),
            System.getProperty("java.class.path"));
  }

  /** Ends the machine. */
  @TearDown
  public void tearDown() {
    platform.close();
  }

  /** One action with one access of the chipset. */
  @Benchmark
  public int readRegister() {
    return cpu.lapic().version().raw();
  }

  /** Four actions: send, take, end of interrupt, return. */
  @Benchmark
  public int selfIpi() {
    cpu.lapic().sendSelfIpi(VECTOR);
    int vector = cpu.takeInterrupt(VECTOR).vector();
    cpu.lapic().eoi();
    cpu.iret();
    return vector;
  }
}
