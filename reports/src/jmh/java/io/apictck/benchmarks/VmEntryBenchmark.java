package io.apictck.benchmarks;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Counter;
import io.apictck.machine.Machine;
import io.apictck.model.ReferencePlatformProvider;
import io.apictck.platform.Action;
import io.apictck.platform.Instruction;
import io.apictck.platform.MachineRequest;
import io.apictck.platform.Outcome;
import io.apictck.platform.Platform;
import io.apictck.suites.support.ApicGuest;
import io.apictck.trace.Trace;
import java.util.List;
import java.util.Map;
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

/**
 * What a VM entry and the next VM exit cost, and what they cost with a virtual interrupt that is
 * delivered at the entry, taken and ended. The guest executes the same VMCALL again and again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class VmEntryBenchmark {
  private static final int VECTOR = 0x61;

  /** Events of an entry with its exit, and of an entry with an interrupt. */
  private static final int EVENTS = 2;

  private static final Instruction REQUESTING =
      new Instruction.Vmwrite(VmcsField.GUEST_INTERRUPT_STATUS.encoding(), VECTOR);

  private static final Action ENTER = new Action.Execute(0, 1, List.of(new Instruction.Vmresume()));

  private static final Action ENTER_REQUESTING =
      new Action.Execute(0, 1, List.of(REQUESTING, new Instruction.Vmresume()));

  private static final Action END =
      new Action.Execute(
          0, 2, List.of(new Instruction.Wrmsr(LapicRegister.EOI.msr(), 0), new Instruction.Iret()));

  private Platform platform;
  private ApicGuest guest;
  private Counter taken;

  /** A machine whose actions are performed as they are, and one with a director. */
  @Setup
  public void setUp() {
    platform = new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1));
    guest(platform);
    guest = guest(new ReferencePlatformProvider().open(Map.of(), MachineRequest.of(1)));
    taken = guest.guest().countInterrupts(VECTOR);
  }

  /** A guest that was left by VMCALL, with interrupts enabled. */
  private static ApicGuest guest(Platform of) {
    Machine machine = new Machine(of, new Trace());
    ApicGuest guest =
        ApicGuest.of(
            machine.cpu(0),
            VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
            VmxControl.VIRTUALIZE_X2APIC_MODE);
    guest.prepare(0, 0, 0, true);
    guest.vcpu().enter();
    guest.vcpu().run(new Instruction.Vmcall());
    return guest;
  }

  /** The model alone: VMRESUME, VMCALL. */
  @Benchmark
  public Outcome model() {
    return expect(EVENTS, platform.perform(ENTER));
  }

  /** Through the director, with everything recorded in the trace: VMRESUME, VMCALL. */
  @Benchmark
  public long director() {
    guest.vcpu().enter();
    guest.vcpu().exit(ExitReason.VMCALL);
    return guest.vcpu().entries();
  }

  /** The model alone: VMRESUME with RVI above VPPR, end of interrupt, IRET, VMCALL. */
  @Benchmark
  public Outcome modelDelivery() {
    expect(EVENTS, platform.perform(ENTER_REQUESTING));
    return expect(EVENTS, platform.perform(END));
  }

  /** As {@link #modelDelivery}, through the director. */
  @Benchmark
  public int directorDelivery() {
    guest.vcpu().enter(REQUESTING);
    guest.vcpu().exit(ExitReason.VMCALL);
    int count = taken.count();
    taken.clear();
    return count;
  }

  private static Outcome expect(int events, Outcome outcome) {
    if (outcome.events().size() != events) {
      throw new IllegalStateException("not what is measured: " + outcome);
    }
    return outcome;
  }
}
