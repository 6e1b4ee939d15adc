package io.apictck.model.lapic;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.ErrorStatus;
import io.apictck.arch.LapicRegister;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ModelConfiguration.IoApicSetup;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.ioapic.FaultyIoApics;
import io.apictck.model.ioapic.IoApic;
import io.apictck.platform.LocalLine;
import io.apictck.platform.Platform;
import java.util.List;

/** Faults in what a local APIC does with requests, errors and ends of interrupts. */
public final class AcceptanceFaults {
  private AcceptanceFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-052",
            "Vectors 0 to 15 are accepted into IRR",
            FaultyMachines.withQueues(AllLegal::new),
            "lapic.acceptance.IllegalVectorTests"),
        PlantedFault.of(
            "BUG-053",
            "The number of an LVT entry is checked as if it were its vector",
            FaultyMachines.withLvt(IndexAsVector::new),
            "lapic.lvt.LintModeTests",
            "lapic.lvt.LocalEventTests"),
        PlantedFault.crash(
            "BUG-054",
            "An illegal vector in the LVT error entry raises the same error without end",
            FaultyMachines.withErrors(EndlessError::new),
            "lapic.lvt.ErrorEntryTests"),
        PlantedFault.of(
            "BUG-057",
            "A second request for a pending vector is an accept error",
            FaultyMachines.withApics(RepeatedIsError::new),
            "lapic.acceptance.RepeatedRequestTests"),
        PlantedFault.of(
            "BUG-063",
            "An edge leaves the TMR bit of an earlier level",
            FaultyMachines.withQueues(LevelSticks::new),
            "lapic.acceptance.TriggerModeTests"),
        PlantedFault.of(
            "BUG-063-EOI",
            "EOI clears the TMR bit",
            FaultyMachines.withQueues(EndClearsTriggerMode::new),
            "lapic.acceptance.TriggerModeTests"),
        PlantedFault.of(
            "BUG-064",
            "The TMR bit comes from the I/O APIC's table instead of the message",
            AcceptanceFaults::triggerModeFromTable,
            "lapic.acceptance.TriggerModeTests"),
        PlantedFault.of(
            "BUG-066",
            "EOI of a level-triggered interrupt tells nobody",
            FaultyMachines.withApics(SilentEnd::new),
            "lapic.eoi.BroadcastTests"),
        PlantedFault.of(
            "BUG-067",
            "EOI ends the interrupt of the I/O APIC's first level-triggered input, whatever vector",
            AcceptanceFaults::endsFirstInput,
            "lapic.eoi.BroadcastTests"),
        PlantedFault.of(
            "BUG-086",
            "A falling external interrupt line withdraws what the local APIC requests",
            FaultyMachines.withApics(SharedSignal::new),
            "lapic.priority.UnmaskableEventTests",
            "lapic.acceptance.PendingRequestTests"));
  }

  private static Platform triggerModeFromTable(ModelConfiguration machine) {
    FaultyIoApics.LevelVectors table = new FaultyIoApics.LevelVectors();
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              protected IoApic newIoApic(IoApicSetup setup) {
                return table.watching(configuration, setup, ioApicWorld(setup));
              }

              @Override
              protected LocalApic newLocalApic(int cpu) {
                return new LocalApic(configuration, cpu, world(cpu)) {
                  @Override
                  InterruptQueues newQueues() {
                    return new InterruptQueues() {
                      @Override
                      void recordTriggerMode(int vector, boolean level) {
                        super.recordTriggerMode(vector, table.contains(vector));
                      }
                    };
                  }
                };
              }
            });
  }

  private static Platform endsFirstInput(ModelConfiguration machine) {
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              protected IoApic newIoApic(IoApicSetup setup) {
                return FaultyIoApics.endingFirstInput(configuration, setup, ioApicWorld(setup));
              }
            });
  }

  private static final class AllLegal extends InterruptQueues {
    @Override
    boolean isIllegal(int vector) {
      return false;
    }
  }

  private static final class IndexAsVector extends LocalVectorTable {
    IndexAsVector(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    void timerExpired() {
      if (!entry(LapicRegister.LVT_TIMER).masked()) {
        apic.errors.record(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
      }
    }

    @Override
    void deliverEdge(DeliveryMode mode, int vector) {
      apic.errors.record(ErrorStatus.RECEIVE_ILLEGAL_VECTOR);
    }
  }

  private static final class EndlessError extends ErrorStatusRegister {
    EndlessError(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean isArmed(int error) {
      return true;
    }

    @Override
    void interrupt() {
      if (!apic.lvt.entry(LapicRegister.LVT_ERROR).masked()) {
        apic.acceptFixed(apic.lvt.entry(LapicRegister.LVT_ERROR).vector(), false);
      }
    }
  }

  private static final class RepeatedIsError extends LocalApic {
    /** Bit 2 of ESR, of processors before the Pentium 4. */
    private static final int SEND_ACCEPT = 1 << 2;

    RepeatedIsError(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    boolean acceptFixed(int vector, boolean level) {
      if (queues.irr.contains(vector)) {
        errors.record(SEND_ACCEPT);
      }
      return super.acceptFixed(vector, level);
    }
  }

  private static final class LevelSticks extends InterruptQueues {
    @Override
    void recordTriggerMode(int vector, boolean level) {
      if (level) {
        super.recordTriggerMode(vector, true);
      }
    }
  }

  private static final class EndClearsTriggerMode extends InterruptQueues {
    @Override
    boolean isLevelTriggered(int vector) {
      boolean level = super.isLevelTriggered(vector);
      tmr.remove(vector);
      return level;
    }
  }

  private static final class SilentEnd extends LocalApic {
    SilentEnd(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    void endOfInterrupt() {
      if (queues.endOfInterrupt() != InterruptQueues.NONE) {
        world.interruptChanged();
      }
    }
  }

  private static final class SharedSignal extends LocalApic {
    private boolean withdrawn;

    SharedSignal(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    void resetRegisters() {
      withdrawn = false;
      super.resetRegisters();
    }

    @Override
    boolean acceptFixed(int vector, boolean level) {
      withdrawn = false;
      return super.acceptFixed(vector, level);
    }

    @Override
    public void setLine(LocalLine line, boolean asserted) {
      if (line == LocalLine.LINT0) {
        withdrawn = !asserted;
      }
      super.setLine(line, asserted);
    }

    @Override
    public boolean interruptRequested() {
      return !withdrawn && super.interruptRequested();
    }
  }
}
