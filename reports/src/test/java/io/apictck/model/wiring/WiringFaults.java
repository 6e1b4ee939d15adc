package io.apictck.model.wiring;

import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.chipset.ChipsetClient;
import io.apictck.model.chipset.ChipsetFactory;
import io.apictck.model.wiring.InterruptWires.WireListener;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** Faults in what is wired to what, and in the timers of the board. */
public final class WiringFaults {
  private static final int TIMER_GSI = 2;
  private static final int ISA_INTERRUPTS = 16;
  private static final long IOWIN = 0x10;

  private WiringFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-187",
            "The 8254 timer is wired to input 0 of the I/O APIC",
            with(TimerAtInput0::new),
            "gsi.IntervalTimerTests",
            "gsi.IsaMappingTests"),
        PlantedFault.of(
            "WIRE-PIC-ONLY",
            "ISA interrupts do not reach the I/O APIC",
            with(PicOnly::new),
            "gsi.IsaMappingTests"),
        PlantedFault.of(
            "WIRE-IO-APIC-ONLY",
            "ISA interrupts do not reach the 8259 pair",
            with(IoApicOnly::new),
            "gsi.IsaMappingTests",
            "virtualwire.Lint0WireTests"),
        PlantedFault.of(
            "WIRE-CASCADE",
            "The cascade of the 8259 pair drives input 2 of the I/O APIC",
            with(CascadeAtInput2::new),
            "gsi.IsaMappingTests"),
        PlantedFault.of(
            "WIRE-OR",
            "The last driver of a shared wire decides alone",
            with(LastDriverDecides::new),
            "gsi.SharedWireTests"),
        PlantedFault.of(
            "WIRE-INTR-STAYS",
            "INTR is not withdrawn without an acknowledge",
            with(InterruptRequestStays::new),
            "virtualwire.Lint0WireTests"),
        PlantedFault.of(
            "WIRE-LINT0-MASK",
            "INTR reaches the bootstrap processor whatever LINT0 says",
            with(IgnoresLint0::new),
            "virtualwire.Lint0WireTests"),
        PlantedFault.of(
            "WIRE-EVERY-CPU",
            "INTR reaches application processors whatever their LINT0 says",
            with(IgnoresLint0OfOthers::new),
            "virtualwire.Lint0WireTests"),
        PlantedFault.of(
            "WIRE-TPR",
            "The task priority holds ExtINT back",
            with(TaskPriorityCounts::new),
            "virtualwire.Lint0WireTests"),
        PlantedFault.of(
            "WIRE-DISABLED",
            "A local APIC that is globally disabled does not pass INTR on",
            with(DisabledApicBlocks::new),
            "virtualwire.Lint0WireTests",
            "virtualwire.PicRulesTests"),
        PlantedFault.of(
            "WIRE-INPUT-0",
            "INTR does not reach the I/O APIC although the board says so",
            with(InterruptRequestNotAtInput0::new),
            "virtualwire.IoApicWireTests"),
        PlantedFault.of(
            "WIRE-INPUT-0-ONCE",
            "INTR at the I/O APIC never falls",
            with(Input0NeverFalls::new),
            "virtualwire.IoApicWireTests"),
        PlantedFault.of(
            "WIRE-SWITCH",
            "A write to the redirection table makes an edge of each asserted line",
            with(WriteReplaysEdges::new),
            "virtualwire.SymmetricModeTests"),
        PlantedFault.of(
            "WIRE-IMCR",
            "The interrupt mode configuration register has no effect",
            with(ModeIgnored::new),
            "virtualwire.ModeConfigurationTests"),
        PlantedFault.of(
            "WIRE-IMCR-RESET",
            "The machine is in APIC mode after power-on",
            with(ApicModeAtPowerOn::new),
            "virtualwire.ModeConfigurationTests"),
        PlantedFault.of(
            "WIRE-PIT-HERTZ",
            "The 8254 timer drifts by two ticks a second",
            withTimer(world -> new IntervalTimer(world, IntervalTimer.HERTZ - 2)),
            "gsi.IntervalTimerTests"),
        PlantedFault.of(
            "WIRE-PIT-ONCE",
            "The periodic modes of the 8254 timer tick once",
            withTimer(TicksOnce::new),
            "gsi.IntervalTimerTests"),
        PlantedFault.of(
            "WIRE-RTC-FLAGS",
            "Reading register C of the clock does not clear its flags",
            withClock(KeepsFlags::new),
            "gsi.RealTimeClockTests"),
        PlantedFault.of(
            "WIRE-RTC-REPEATS",
            "The clock interrupts again although nobody read its flags",
            withClock(RepeatsWithoutRead::new),
            "gsi.RealTimeClockTests"),
        PlantedFault.of(
            "WIRE-RTC-RATE",
            "The clock interrupts at half its rate",
            withClock(HalfRate::new),
            "gsi.RealTimeClockTests"));
  }

  private static Function<ModelConfiguration, Platform> with(ChipsetFactory factory) {
    return machine -> new ReferencePlatform(machine, factory);
  }

  private static Function<ModelConfiguration, Platform> withTimer(
      Function<SourceWorld, IntervalTimer> maker) {
    return with((configuration, client) ->
        new ReferenceChipset(configuration, client) {
          @Override
          protected IntervalTimer newIntervalTimer(SourceWorld world) {
            return maker.apply(world);
          }
        });
  }

  private static Function<ModelConfiguration, Platform> withClock(
      Function<SourceWorld, RealTimeClock> maker) {
    return with((configuration, client) ->
        new ReferenceChipset(configuration, client) {
          @Override
          protected RealTimeClock newRealTimeClock(SourceWorld world) {
            return maker.apply(world);
          }
        });
  }

  private static final class TimerAtInput0 extends ReferenceChipset {
    TimerAtInput0(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void wireChanged(int gsi, boolean asserted) {
      wireToPics(gsi, asserted);
      wireToIoApic(gsi == TIMER_GSI ? 0 : gsi, asserted);
    }
  }

  private static final class PicOnly extends ReferenceChipset {
    PicOnly(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void wireChanged(int gsi, boolean asserted) {
      wireToPics(gsi, asserted);
      if (gsi >= ISA_INTERRUPTS) {
        wireToIoApic(gsi, asserted);
      }
    }
  }

  private static final class IoApicOnly extends ReferenceChipset {
    IoApicOnly(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void wireChanged(int gsi, boolean asserted) {
      wireToIoApic(gsi, asserted);
    }
  }

  private static final class CascadeAtInput2 extends ReferenceChipset {
    CascadeAtInput2(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void wireChanged(int gsi, boolean asserted) {
      super.wireChanged(gsi, asserted);
      if (gsi >= ISA_INTERRUPTS / 2 && gsi < ISA_INTERRUPTS) {
        wireToIoApic(TIMER_GSI, asserted);
      }
    }
  }

  private static final class LastDriverDecides extends ReferenceChipset {
    LastDriverDecides(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected InterruptWires newInterruptWires(int count) {
      WireListener listener = this::wireChanged;
      return new InterruptWires(count, listener) {
        @Override
        public void drive(int gsi, int driver, boolean asserted) {
          super.drive(gsi, EXTERNAL, asserted);
        }
      };
    }
  }

  private static final class InterruptRequestStays extends ReferenceChipset {
    InterruptRequestStays(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void driveLint0(int cpu, boolean high) {
      if (high) {
        super.driveLint0(cpu, true);
      }
    }

    @Override
    public int acknowledge(int cpu) {
      super.driveLint0(cpu, false);
      return super.acknowledge(cpu);
    }
  }

  /** Knows INTR, and lets processors see it without their local APIC. */
  private abstract static class SeesInterruptRequest extends ReferenceChipset {
    boolean requested;

    SeesInterruptRequest(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    /** Whether a processor sees INTR. */
    abstract boolean sees(int cpu);

    @Override
    protected void driveLint0(int cpu, boolean high) {
      requested = high;
      super.driveLint0(cpu, high);
    }

    @Override
    public boolean interruptRequested(int cpu) {
      return super.interruptRequested(cpu) || sees(cpu);
    }

    @Override
    public int acknowledge(int cpu) {
      return super.interruptRequested(cpu) ? super.acknowledge(cpu) : acknowledgeExternal();
    }
  }

  private static final class IgnoresLint0 extends SeesInterruptRequest {
    IgnoresLint0(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    boolean sees(int cpu) {
      return cpu == 0 && requested;
    }
  }

  private static final class IgnoresLint0OfOthers extends SeesInterruptRequest {
    private final ChipsetClient client;

    IgnoresLint0OfOthers(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
      this.client = client;
    }

    @Override
    protected void driveLint0(int cpu, boolean high) {
      super.driveLint0(cpu, high);
      client.interruptChanged(cpu);
    }

    @Override
    boolean sees(int cpu) {
      return cpu != 0 && requested;
    }
  }

  private static final class TaskPriorityCounts extends SeesInterruptRequest {
    TaskPriorityCounts(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    boolean sees(int cpu) {
      return false;
    }

    @Override
    public boolean interruptRequested(int cpu) {
      return super.interruptRequested(cpu) && !(requested && cr8(cpu) == 0xF);
    }
  }

  private static final class DisabledApicBlocks extends ReferenceChipset {
    DisabledApicBlocks(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void driveLint0(int cpu, boolean high) {
      super.driveLint0(cpu, high && apicEnabled(cpu));
    }
  }

  private static final class InterruptRequestNotAtInput0 extends ReferenceChipset {
    InterruptRequestNotAtInput0(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void driveInput0(boolean asserted) {}
  }

  private static final class Input0NeverFalls extends ReferenceChipset {
    Input0NeverFalls(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected void driveInput0(boolean asserted) {
      if (asserted) {
        super.driveInput0(true);
      }
    }
  }

  private static final class WriteReplaysEdges extends ReferenceChipset {
    private final Set<Integer> asserted = new TreeSet<>();
    private final long ioWindow;

    WriteReplaysEdges(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
      ioWindow = ModelConfiguration.PC_IO_APIC.address() + IOWIN;
    }

    @Override
    public void reset() {
      asserted.clear();
      super.reset();
    }

    @Override
    protected void wireChanged(int gsi, boolean high) {
      super.wireChanged(gsi, high);
      if (high) {
        asserted.add(gsi);
      } else {
        asserted.remove(gsi);
      }
    }

    @Override
    public void write(int cpu, long address, int width, long value) {
      super.write(cpu, address, width, value);
      if (address == ioWindow) {
        for (int gsi : asserted) {
          wireToIoApic(gsi, false);
          wireToIoApic(gsi, true);
        }
      }
    }
  }

  private static final class ModeIgnored extends ReferenceChipset {
    ModeIgnored(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    protected ModeConfigurationRegister newModeConfigurationRegister(Runnable changed) {
      return new ModeConfigurationRegister(changed) {
        @Override
        public boolean apicMode() {
          return true;
        }
      };
    }
  }

  private static final class ApicModeAtPowerOn extends ReferenceChipset {
    ApicModeAtPowerOn(ModelConfiguration configuration, ChipsetClient client) {
      super(configuration, client);
    }

    @Override
    public void reset() {
      super.reset();
      out(0, ModeConfigurationRegister.SELECT, 2, 0x0170);
    }
  }

  private static final class TicksOnce extends IntervalTimer {
    private boolean ticked;

    TicksOnce(SourceWorld world) {
      super(world);
    }

    @Override
    public void write(int port, int width, int value) {
      ticked = false;
      super.write(port, width, value);
    }

    @Override
    public void advance() {
      if (ticked) {
        world.due(Long.MAX_VALUE);
        return;
      }
      super.advance();
      ticked = true;
    }
  }

  private static final class KeepsFlags extends RealTimeClock {
    KeepsFlags(SourceWorld world) {
      super(world);
    }

    @Override
    void flagsRead() {}
  }

  private static final class RepeatsWithoutRead extends RealTimeClock {
    RepeatsWithoutRead(SourceWorld world) {
      super(world);
    }

    @Override
    public void advance() {
      super.advance();
      clearFlags();
      super.advance();
    }
  }

  private static final class HalfRate extends RealTimeClock {
    HalfRate(SourceWorld world) {
      super(world);
    }

    @Override
    long period() {
      return super.period() * 2;
    }
  }
}
