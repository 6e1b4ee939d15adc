package io.apictck.benchmarks;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.MessageAddress;
import io.apictck.arch.PciCapability;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.MsiXCapability;
import io.apictck.machine.PciFunction;
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

/** What a round trip of an interrupt message costs: write, take, end of interrupt, return. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class MessageBenchmark {
  private static final int VECTOR = 0x61;
  private static final long PAGE = ApicBase.DEFAULT_ADDRESS;
  private static final long ADDRESS = MessageAddress.physical(0).physicalAddress();

  private ReferenceChipset chipset;
  private Machine machine;
  private Cpu cpu;
  private PciFunction function;

  /** A chipset alone, and a whole machine with a function that has MSI-X enabled. */
  @Setup
  public void setUp() {
    chipset = new ReferenceChipset(new ModelConfiguration(List.of(0), Set.of()), new NoClient());
    chipset.reset();
    int enabled = SpuriousInterruptVector.RESET.withEnabled(true).raw();
    chipset.write(0, PAGE + LapicRegister.SVR.offset(), 4, enabled);

    machine =
        new Machine(
            new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1)), new Trace());
    cpu = machine.cpu(0);
    cpu.lapic().setEnabled(true);
    function =
        machine.functions().stream()
            .filter(one -> one.has(PciCapability.MSI_X))
            .findFirst()
            .orElseThrow();
    function.activate();
    MsiXCapability msiX = function.msiX();
    msiX.setEntry(0, cpu, VECTOR);
    msiX.setEnabled(true);
    cpu.sti();
  }

  /** Through the chipset of the model: a message, an acknowledge cycle and a store. */
  @Benchmark
  public int chipset() {
    chipset.message(0, ADDRESS, VECTOR);
    int vector = chipset.interruptRequested(0) ? chipset.acknowledge(0) : -1;
    chipset.write(0, PAGE + LapicRegister.EOI.offset(), 4, 0);
    return vector;
  }

  /** Through the director: a device writes the message. */
  @Benchmark
  public int director() {
    machine.deviceWrite(ADDRESS, VECTOR);
    return serve();
  }

  /** Through the director: a function with MSI-X sends the message. */
  @Benchmark
  public int function() {
    function.pulse(0);
    return serve();
  }

  private int serve() {
    int vector = cpu.takeInterrupt(VECTOR).vector();
    cpu.lapic().eoi();
    cpu.iret();
    return vector;
  }
}
