package io.apictck.model.processor;

import io.apictck.arch.Msr;
import io.apictck.arch.Xsave;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.uintr.UserInterruptWorld;
import io.apictck.model.processor.uintr.UserInterrupts;

/**
 * XSAVES, XRSTORS and IA32_XSS (Intel SDM Vol. 1, "Managing State Using the XSAVE Feature Set").
 *
 * <p>Supported: state component 14. Not supported: all others, which are always in their initial
 * state; XSAVE, XGETBV and the like; the modified optimization.
 */
final class ExtendedState {
  private static final long COMPONENT = 1L << Xsave.USER_INTERRUPTS;

  /** x87 state: XCR0 after reset. */
  private static final long XCR0 = 1;

  private final UserInterruptWorld world;
  private final UserInterrupts interrupts;
  private long xss;

  ExtendedState(UserInterruptWorld world, UserInterrupts interrupts) {
    this.world = world;
    this.interrupts = interrupts;
  }

  void reset() {
    xss = 0;
  }

  /** XSAVES; gives a {@link Fault}. */
  int save(long area, long components) {
    if ((area & (Xsave.ALIGNMENT - 1)) != 0) {
      return Fault.GP;
    }
    long requested = components & (XCR0 | xss);
    long saved = interrupts.inUse() ? requested & COMPONENT : 0;
    world.write(area + Xsave.XSTATE_BV, Long.BYTES, saved);
    world.write(area + Xsave.XCOMP_BV, Long.BYTES, requested | Xsave.COMPACTED);
    if (saved != 0) {
      interrupts.save(area + Xsave.EXTENDED);
    }
    return Fault.NONE;
  }

  /** XRSTORS; gives a {@link Fault}. */
  int restore(long area, long components) {
    if ((area & (Xsave.ALIGNMENT - 1)) != 0) {
      return Fault.GP;
    }
    long present = world.read(area + Xsave.XSTATE_BV, Long.BYTES);
    long room = world.read(area + Xsave.XCOMP_BV, Long.BYTES);
    if ((room & Xsave.COMPACTED) == 0
        || (room & ~(Xsave.COMPACTED | XCR0 | xss)) != 0
        || (present & ~room) != 0
        || !isHeaderEmpty(area)) {
      return Fault.GP;
    }
    if ((components & xss & COMPONENT) == 0) {
      return Fault.NONE;
    }
    try {
      if ((present & COMPONENT) != 0) {
        interrupts.restore(area + Xsave.EXTENDED);
      } else {
        interrupts.initialize();
      }
      return Fault.NONE;
    } catch (GeneralProtectionException _) {
      return Fault.GP;
    }
  }

  private boolean isHeaderEmpty(long area) {
    for (int offset = Xsave.XCOMP_BV + Long.BYTES; offset < Xsave.EXTENDED; offset += Long.BYTES) {
      if (world.read(area + offset, Long.BYTES) != 0) {
        return false;
      }
    }
    return true;
  }

  /** RDMSR of IA32_XSS or of an MSR of user interrupts. */
  long rdmsr(int msr) {
    return msr == Msr.IA32_XSS ? xss : interrupts.rdmsr(msr);
  }

  /** WRMSR, as {@link #rdmsr}. */
  void wrmsr(int msr, long value) {
    if (msr != Msr.IA32_XSS) {
      interrupts.wrmsr(msr, value);
      return;
    }
    if ((value & ~COMPONENT) != 0) {
      throw GeneralProtectionException.GP;
    }
    xss = value;
  }
}
