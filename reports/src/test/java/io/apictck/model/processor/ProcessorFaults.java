package io.apictck.model.processor;

import io.apictck.faults.PlantedFault;
import io.apictck.faults.StaleHalves;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.platform.Event;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Faults in the processor: what it recognizes, when, and how it starts. */
public final class ProcessorFaults {
  private ProcessorFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    List<PlantedFault> faults = new ArrayList<>(known());
    faults.addAll(own());
    return faults;
  }

  private static List<PlantedFault> known() {
    return List.of(
        PlantedFault.of(
            "BUG-089",
            "Taking an NMI leaves its latch set",
            with(NmiStaysLatched::new),
            "processor.NmiTests",
            "kut.NmiTests"),
        PlantedFault.of(
            "BUG-113",
            "A start-up IPI restarts a processor that runs",
            with(StartUpAlwaysAccepted::new),
            "init.StartupTests"),
        PlantedFault.of(
            "BUG-123",
            "RDMSR of the local APIC leaves old bits in RAX and RDX",
            machine -> new StaleHalves(new ReferencePlatform(machine, ReferenceChipset::new)),
            "kut.X2apicMsrTests",
            "lapic.lvt.LvtRegisterTests"));
  }

  private static List<PlantedFault> own() {
    return List.of(
        PlantedFault.of(
            "CPU-IF",
            "IF does not hold interrupts back",
            with(IgnoresIf::new),
            "processor.InterruptFlagTests"),
        PlantedFault.of(
            "CPU-NMI-IF", "IF holds NMI back", with(IfMasksNmi::new), "processor.NmiTests"),
        PlantedFault.of(
            "CPU-STI",
            "STI makes no shadow",
            with(NoStiShadow::new),
            "processor.ShadowTests",
            "processor.HaltTests"),
        PlantedFault.of(
            "CPU-RF",
            "An interrupt between iterations of a repeated instruction saves RF as 0",
            with(IterationsClearResumeFlag::new),
            "posted.RepeatedStringTests"),
        PlantedFault.of(
            "CPU-MOV-SS",
            "MOV SS makes no shadow",
            with(NoMovSsShadow::new),
            "processor.ShadowTests"),
        PlantedFault.of(
            "CPU-GATE",
            "An interrupt gate keeps IF",
            with(GateKeepsIf::new),
            "processor.InterruptFlagTests"),
        PlantedFault.of(
            "CPU-TRAP-GATE",
            "A trap gate clears IF",
            with(TrapGateClearsIf::new),
            "processor.InterruptFlagTests"),
        PlantedFault.of(
            "CPU-NMI-NESTS",
            "An NMI does not block others",
            with(NmiNests::new),
            "processor.NmiTests"),
        PlantedFault.of(
            "CPU-NMI-IRET",
            "IRET does not unblock NMI",
            with(IretKeepsBlocking::new),
            "processor.NmiTests"),
        PlantedFault.of(
            "CPU-NMI-FAULTING-IRET",
            "An IRET that faults does not unblock NMI",
            with(FaultingIretKeepsBlocking::new),
            "processor.NmiTests"),
        PlantedFault.of(
            "CPU-NMI-EXTERNAL",
            "A maskable interrupt blocks NMI",
            with(ExternalBlocksNmi::new),
            "processor.NmiTests"),
        PlantedFault.of(
            "CPU-NMI-INT-2",
            "INT 2 blocks NMI",
            with(SoftwareInterruptBlocksNmi::new),
            "processor.NmiTests"),
        PlantedFault.of(
            "CPU-PRIORITY-NMI",
            "A maskable interrupt is recognized before NMI",
            with(InterruptBeforeNmi::new),
            "processor.EventPriorityTests"),
        PlantedFault.of(
            "CPU-PRIORITY-TRAP",
            "The single-step trap is recognized last",
            with(TrapLast::new),
            "processor.EventPriorityTests"),
        PlantedFault.of(
            "CPU-PRIORITY-SMI",
            "NMI is recognized before SMI",
            with(NmiBeforeSmi::new),
            "processor.EventPriorityTests"),
        PlantedFault.of(
            "CPU-INIT-BSP",
            "The bootstrap processor waits for a start-up IPI after INIT",
            with(BootstrapWaits::new),
            "init.BootstrapProcessorTests"),
        PlantedFault.of(
            "CPU-INIT-AP",
            "An application processor runs right after INIT",
            with(NobodyWaits::new),
            "init.WaitForSipiTests"),
        PlantedFault.of(
            "CPU-MWAIT",
            "A masked interrupt does not end MWAIT though it was asked to",
            with(MwaitNeedsIf::new),
            "processor.MwaitTests"));
  }

  private static Function<ModelConfiguration, Platform> with(ProcessorFactory processors) {
    return machine -> new ReferencePlatform(machine, ReferenceChipset::new, processors);
  }

  /** Once for each NMI, or the machine would never come to rest. */
  private static final class IterationsClearResumeFlag extends Processor {
    IterationsClearResumeFlag(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean iterationsSetResumeFlag() {
      return false;
    }
  }

  private static final class NmiStaysLatched extends Processor {
    private boolean stale;

    NmiStaysLatched(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean blocksNmi(int vector, Event.Kind kind) {
      if (kind == Event.Kind.NMI) {
        stale = !stale;
        if (stale) {
          raise(Signal.NMI);
        }
      }
      return super.blocksNmi(vector, kind);
    }
  }

  private static final class StartUpAlwaysAccepted extends Processor {
    StartUpAlwaysAccepted(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean acceptsStartUp(boolean waiting) {
      return true;
    }
  }

  private static final class IgnoresIf extends Processor {
    IgnoresIf(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean recognizes(Signal signal) {
      return signal == Signal.INTERRUPT || super.recognizes(signal);
    }
  }

  private static final class IfMasksNmi extends Processor {
    IfMasksNmi(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean recognizes(Signal signal) {
      return super.recognizes(signal) && (signal != Signal.NMI || interruptFlag());
    }
  }

  private static final class NoStiShadow extends Processor {
    NoStiShadow(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean stiMakesShadow(boolean interruptFlagWas) {
      return false;
    }
  }

  private static final class NoMovSsShadow extends Processor {
    NoMovSsShadow(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean movSsMakesShadow(boolean inShadow) {
      return false;
    }
  }

  private static final class GateKeepsIf extends Processor {
    GateKeepsIf(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean clearsInterruptFlag(int vector) {
      return false;
    }
  }

  private static final class TrapGateClearsIf extends Processor {
    TrapGateClearsIf(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean clearsInterruptFlag(int vector) {
      return true;
    }
  }

  private static final class NmiNests extends Processor {
    NmiNests(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean blocksNmi(int vector, Event.Kind kind) {
      return false;
    }
  }

  private static final class IretKeepsBlocking extends Processor {
    IretKeepsBlocking(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean iretUnblocksNmi(boolean faulting) {
      return false;
    }
  }

  private static final class FaultingIretKeepsBlocking extends Processor {
    FaultingIretKeepsBlocking(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean iretUnblocksNmi(boolean faulting) {
      return !faulting;
    }
  }

  private static final class ExternalBlocksNmi extends Processor {
    ExternalBlocksNmi(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean blocksNmi(int vector, Event.Kind kind) {
      return kind == Event.Kind.EXTERNAL || super.blocksNmi(vector, kind);
    }
  }

  private static final class SoftwareInterruptBlocksNmi extends Processor {
    SoftwareInterruptBlocksNmi(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean blocksNmi(int vector, Event.Kind kind) {
      return vector == 2;
    }
  }

  private static final class InterruptBeforeNmi extends Processor {
    InterruptBeforeNmi(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected List<Signal> priority() {
      return List.of(Signal.SMI, Signal.INIT, Signal.TRAP, Signal.INTERRUPT, Signal.NMI);
    }
  }

  private static final class TrapLast extends Processor {
    TrapLast(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected List<Signal> priority() {
      return List.of(Signal.SMI, Signal.INIT, Signal.NMI, Signal.INTERRUPT, Signal.TRAP);
    }
  }

  private static final class NmiBeforeSmi extends Processor {
    NmiBeforeSmi(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected List<Signal> priority() {
      return List.of(Signal.NMI, Signal.SMI, Signal.INIT, Signal.TRAP, Signal.INTERRUPT);
    }
  }

  private static final class BootstrapWaits extends Processor {
    BootstrapWaits(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean waitsForStartUp() {
      return true;
    }
  }

  private static final class NobodyWaits extends Processor {
    NobodyWaits(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean waitsForStartUp() {
      return false;
    }
  }

  private static final class MwaitNeedsIf extends Processor {
    MwaitNeedsIf(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected boolean maskedInterruptEndsMwait() {
      return false;
    }
  }
}
