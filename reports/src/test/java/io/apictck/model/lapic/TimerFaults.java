package io.apictck.model.lapic;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.TimerDivide;
import io.apictck.arch.TimerMode;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import java.util.List;

/** Faults in the timer. */
public final class TimerFaults {
  private TimerFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-142",
            "An initial count of zero is ignored",
            FaultyMachines.withTimer(ZeroIgnored::new),
            "lapic.timer.CountRegisterTests"),
        PlantedFault.of(
            "BUG-145",
            "The current count goes on below zero after a one-shot expiry",
            FaultyMachines.withTimer(CountWraps::new),
            "lapic.timer.OneShotTests",
            "kut.TimerTests"),
        PlantedFault.of(
            "BUG-146",
            "The current count of a periodic timer stays at zero after the first period",
            FaultyMachines.withTimer(NoReloadShown::new),
            "lapic.timer.PeriodicTests"),
        PlantedFault.of(
            "BUG-147",
            "One-shot repeats, periodic does not",
            FaultyMachines.withTimer(ModesSwapped::new),
            "lapic.timer.OneShotTests",
            "lapic.timer.PeriodicTests"),
        PlantedFault.of(
            "BUG-148",
            "Reserved bits of the divide configuration read back",
            FaultyMachines.withTimer(DivideReadsBack::new),
            "lapic.timer.TimerResetTests",
            "lapic.registers.ResetValueTests"),
        PlantedFault.of(
            "BUG-150",
            "The current count ignores the divider",
            FaultyMachines.withTimer(CountsInputTicks::new),
            "lapic.timer.DivideTests",
            "lapic.timer.OneShotTests"),
        PlantedFault.of(
            "BUG-152",
            "The count times the divider is cut to 32 bits",
            FaultyMachines.withTimer(NarrowPeriod::new),
            "lapic.timer.OneShotTests",
            "lapic.timer.CountRegisterTests"),
        PlantedFault.of(
            "BUG-153",
            "A periodic timer is armed again by EOI only",
            FaultyMachines.withApics(ArmedByEnd::new),
            "lapic.timer.PeriodicTests"),
        PlantedFault.of(
            "BUG-156",
            "IA32_TSC_DEADLINE keeps its value after the interrupt",
            FaultyMachines.withTimer(DeadlineStays::new),
            "lapic.timer.TscDeadlineTests"),
        PlantedFault.of(
            "BUG-157",
            "A deadline can be armed in other timer modes",
            FaultyMachines.withTimer(DeadlineInAnyMode::new),
            "lapic.timer.TscDeadlineTests",
            "lapic.timer.TscDeadlineArmingTests",
            "lapic.timer.TimerModeTests"),
        PlantedFault.of(
            "BUG-158",
            "A deadline is compared with time instead of the time-stamp counter",
            FaultyMachines.withTimer(DeadlineWithoutOffset::new),
            "lapic.timer.TscDeadlineTests"),
        PlantedFault.of(
            "BUG-160",
            "A change to or from TSC-deadline mode leaves the timer armed",
            FaultyMachines.withTimer(NeverDisarms::new),
            "lapic.timer.TimerModeTests"),
        PlantedFault.of(
            "BUG-161",
            "Bit 18 of the timer entry is not kept",
            FaultyMachines.withLvt(DeadlineModeNotKept::new),
            "lapic.timer.TimerModeTests"));
  }

  private static final class ZeroIgnored extends ApicTimer {
    ZeroIgnored(LocalApic apic) {
      super(apic);
    }

    @Override
    void writeInitialCount(int count) {
      if (count != 0) {
        super.writeInitialCount(count);
      }
    }
  }

  private static final class CountWraps extends ApicTimer {
    CountWraps(LocalApic apic) {
      super(apic);
    }

    @Override
    int currentCount() {
      catchUp();
      boolean expired = !counting && initialCount() != 0;
      return expired ? count(expiry - apic.world.nanos()) : super.currentCount();
    }
  }

  private static final class NoReloadShown extends ApicTimer {
    private boolean reloaded;

    NoReloadShown(LocalApic apic) {
      super(apic);
    }

    @Override
    void writeInitialCount(int count) {
      reloaded = false;
      super.writeInitialCount(count);
    }

    @Override
    void countExpired(long now) {
      reloaded = true;
      super.countExpired(now);
    }

    @Override
    int currentCount() {
      int count = super.currentCount();
      return reloaded ? 0 : count;
    }
  }

  private static final class ModesSwapped extends ApicTimer {
    ModesSwapped(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean isPeriodic() {
      return mode() == TimerMode.ONE_SHOT;
    }
  }

  private static final class DivideReadsBack extends ApicTimer {
    private int written;

    DivideReadsBack(LocalApic apic) {
      super(apic);
    }

    @Override
    void writeDivideConfiguration(int value) {
      super.writeDivideConfiguration(value);
      written = value;
    }

    @Override
    int divideConfiguration() {
      return written;
    }
  }

  private static final class CountsInputTicks extends ApicTimer {
    CountsInputTicks(LocalApic apic) {
      super(apic);
    }

    @Override
    int count(long remaining) {
      long elapsed = period() - remaining;
      return initialCount() - (int) (elapsed / ModelConfiguration.NANOS_PER_CRYSTAL_TICK);
    }
  }

  private static final class NarrowPeriod extends ApicTimer {
    NarrowPeriod(LocalApic apic) {
      super(apic);
    }

    @Override
    long period() {
      int ticks = initialCount() * TimerDivide.of(divideConfiguration()).divisor();
      return Integer.toUnsignedLong(ticks) * ModelConfiguration.NANOS_PER_CRYSTAL_TICK;
    }
  }

  private static final class ArmedByEnd extends LocalApic {
    ArmedByEnd(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    ApicTimer newTimer() {
      return new ApicTimer(this) {
        @Override
        void countExpired(long now) {
          counting = false;
          lvt.timerExpired();
        }
      };
    }

    @Override
    void endOfInterrupt() {
      super.endOfInterrupt();
      if (timer.isPeriodic() && !timer.counting) {
        timer.writeInitialCount(timer.initialCount());
      }
    }
  }

  private static final class DeadlineStays extends ApicTimer {
    private long stale;

    DeadlineStays(LocalApic apic) {
      super(apic);
    }

    @Override
    void stop() {
      super.stop();
      stale = 0;
    }

    @Override
    void deadlinePassed() {
      stale = deadline;
      super.deadlinePassed();
    }

    @Override
    long deadline() {
      long armed = super.deadline();
      return armed == 0 ? stale : armed;
    }
  }

  private static final class DeadlineInAnyMode extends ApicTimer {
    DeadlineInAnyMode(LocalApic apic) {
      super(apic);
    }

    @Override
    void writeDeadline(long tsc) {
      deadline = tsc;
      deadlineNanos = nanosAt(tsc);
      catchUp();
    }
  }

  private static final class DeadlineWithoutOffset extends ApicTimer {
    DeadlineWithoutOffset(LocalApic apic) {
      super(apic);
    }

    @Override
    long nanosAt(long tsc) {
      long now = apic.world.nanos();
      return Long.compareUnsigned(tsc, now) <= 0 ? now : tsc & Long.MAX_VALUE;
    }
  }

  private static final class NeverDisarms extends ApicTimer {
    NeverDisarms(LocalApic apic) {
      super(apic);
    }

    @Override
    boolean disarms(TimerMode before, TimerMode after) {
      return false;
    }
  }

  private static final class DeadlineModeNotKept extends LocalVectorTable {
    DeadlineModeNotKept(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    int writableBits(LapicRegister register) {
      return register == LapicRegister.LVT_TIMER
          ? super.writableBits(register) & ~DEADLINE_BIT
          : super.writableBits(register);
    }
  }
}
