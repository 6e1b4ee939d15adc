package io.apictck.model.processor;

import io.apictck.arch.Msr;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.Chipset;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.uintr.UserInterrupts;
import io.apictck.model.processor.vmx.CapabilityMsrs;
import io.apictck.platform.Feature;
import java.util.function.Supplier;

/**
 * The MSRs of one processor (Intel SDM Vol. 4; Vol. 3B, "Time-Stamp Counter" and "Time-Stamp
 * Counter Adjustment").
 *
 * <p>Supported: the MSRs of the chipset, IA32_TIME_STAMP_COUNTER, IA32_TSC_ADJUST,
 * IA32_UMWAIT_CONTROL, those of user interrupts and of control-flow enforcement, and those of VMX,
 * which are read-only. The counter is invariant, goes on over INIT, and starts at zero with a
 * reset. Not supported: all others; they raise #GP(0).
 */
final class MsrFile {
  private static final long UMWAIT_DEFINED = 0xFFFF_FFFDL;

  private final ProcessorWorld world;
  private final int cpu;
  private Supplier<CapabilityMsrs> vmx;
  private Supplier<ExtendedState> extendedState;
  private final UserControlFlow controlFlow;
  private long tscAdjust;
  private long umwaitControl;

  MsrFile(ProcessorWorld world, int cpu, UserControlFlow controlFlow) {
    this.world = world;
    this.cpu = cpu;
    this.controlFlow = controlFlow;
  }

  /** Power-on state; other parts have the MSRs of VMX, and those of user interrupts and XSAVES. */
  void reset(Supplier<CapabilityMsrs> capabilities, Supplier<ExtendedState> extended) {
    vmx = capabilities;
    extendedState = extended;
    tscAdjust = 0;
    umwaitControl = 0;
  }

  /** IA32_UMWAIT_CONTROL. */
  long umwaitControl() {
    return umwaitControl;
  }

  long tsc() {
    return world.nanos() * ModelConfiguration.TSC_PER_NANO + tscAdjust;
  }

  /**
   * When the counter reaches {@code value}, not before now; {@link Long#MAX_VALUE} if that is too
   * far.
   */
  long nanosAtTsc(long value) {
    long now = world.nanos();
    long counter = tsc();
    if (Long.compareUnsigned(value, counter) <= 0) {
      return now;
    }
    long ticks = value - counter;
    if (ticks < 0) {
      return Long.MAX_VALUE;
    }
    long nanos = Math.ceilDiv(ticks, ModelConfiguration.TSC_PER_NANO);
    return nanos > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + nanos;
  }

  /** RDMSR. */
  long read(int msr) {
    Chipset chipset = world.chipset();
    if (chipset.ownsMsr(msr)) {
      return chipset.rdmsr(cpu, msr);
    }
    return switch (msr) {
      case Msr.IA32_TIME_STAMP_COUNTER -> tsc();
      case Msr.IA32_TSC_ADJUST -> tscAdjust;
      default -> {
        if (isUmwaitControl(msr)) {
          yield umwaitControl;
        }
        if (controlFlow.owns(msr)) {
          yield controlFlow.rdmsr(msr);
        }
        yield isOfExtendedState(msr) ? extendedState.get().rdmsr(msr) : readVmx(msr);
      }
    };
  }

  private boolean isUmwaitControl(int msr) {
    return msr == Msr.IA32_UMWAIT_CONTROL && world.configuration().has(Feature.WAITPKG);
  }

  private boolean isOfExtendedState(int msr) {
    return (UserInterrupts.owns(msr) || msr == Msr.IA32_XSS)
        && world.configuration().has(Feature.USER_INTERRUPTS);
  }

  private long readVmx(int msr) {
    if (!vmx.get().has(msr)) {
      throw GeneralProtectionException.GP;
    }
    return vmx.get().read(msr);
  }

  /** WRMSR. */
  void write(int msr, long value) {
    Chipset chipset = world.chipset();
    if (chipset.ownsMsr(msr)) {
      chipset.wrmsr(cpu, msr, value);
      return;
    }
    if (isOfExtendedState(msr)) {
      extendedState.get().wrmsr(msr, value);
      return;
    }
    if (controlFlow.owns(msr)) {
      controlFlow.wrmsr(msr, value);
      return;
    }
    if (isUmwaitControl(msr)) {
      if ((value & ~UMWAIT_DEFINED) != 0) {
        throw GeneralProtectionException.GP;
      }
      umwaitControl = value;
      return;
    }
    switch (msr) {
      // a write of the counter moves the adjustment by the same amount
      case Msr.IA32_TIME_STAMP_COUNTER -> tscAdjust += value - tsc();
      case Msr.IA32_TSC_ADJUST -> tscAdjust = value;
      default -> throw GeneralProtectionException.GP;
    }
    chipset.timeStampCounterChanged(cpu);
  }
}
