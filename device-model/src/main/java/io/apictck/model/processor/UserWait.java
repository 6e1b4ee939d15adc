package io.apictck.model.processor;

import io.apictck.arch.Cr4;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;

/**
 * UMWAIT and TPAUSE (Intel SDM Vol. 2, "UMWAIT", "TPAUSE").
 *
 * <p>Supported: deadlines, the limit of IA32_UMWAIT_CONTROL, CR4.TSD. Not supported: waiting in
 * guests, where "enable user wait and pause" is 0.
 *
 * <p>Decision that the manual leaves open: an interrupt that IF=0 masks does not end them.
 */
final class UserWait {
  /** Bit 0 of the operand: C0.2 is not used. */
  private static final int DEFINED = 1;

  private static final long LIMIT = 0xFFFF_FFFCL;
  private static final int CR4 = 4;

  private UserWait() {}

  /** Executes one of them; gives a {@link Fault}. */
  static int execute(
      Processor processor, Context context, int control, long deadline, boolean monitored) {
    if (processor.guest() != null || !processor.world().configuration().has(Feature.WAITPKG)) {
      return Fault.UD;
    }
    boolean forbidden =
        processor.cpl() != 0 && (processor.controlRegisters().get(CR4) & Cr4.TSD) != 0;
    if (forbidden || (control & ~DEFINED) != 0) {
      return Fault.GP;
    }
    processor.setRflags(processor.rflags() & ~Instruction.STATUS_FLAGS);
    context.give(0);
    if (!monitored || processor.monitor().armed()) {
      begin(processor, deadline);
    }
    return Fault.NONE;
  }

  private static void begin(Processor processor, long deadline) {
    MsrFile msrs = processor.msrs();
    long now = msrs.tsc();
    if (Long.compareUnsigned(deadline, now) <= 0) {
      processor.monitor().disarm();
      return;
    }
    long limit = msrs.umwaitControl() & LIMIT;
    boolean limited = limit != 0 && Long.compareUnsigned(deadline - now, limit) > 0;
    processor.waitUntil(msrs.nanosAtTsc(limited ? now + limit : deadline), limited);
  }
}
