package io.apictck.model.processor;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.platform.Instruction;
import java.util.Objects;

/**
 * Accesses of a guest's instructions to the APIC-access page (Intel SDM Vol. 3C, "Virtualizing
 * Memory-Mapped APIC Accesses").
 *
 * <p>Supported: loads, stores, read-modify-write instructions, which read first, REP MOVSB byte by
 * byte. Not supported: MONITOR of the page, which exits or not as the manual leaves it open.
 */
final class GuestMemory {
  private final NonRoot guest;
  private final Processor processor;
  private final ApicVirtualization apic;

  GuestMemory(NonRoot guest) {
    this.guest = guest;
    this.processor = guest.processor();
    this.apic = guest.apic();
  }

  /** Executes an instruction where APIC accesses are virtualized; gives a {@link Fault}. */
  int execute(Context context, Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int width) when apic.covers(address, width) -> {
        ApicOutcome outcome = apic.read(address, width);
        if (outcome.kind() == ApicOutcome.Kind.DONE) {
          context.give(outcome.value());
        }
        yield finish(context, instruction, outcome);
      }
      case Instruction.Store(long address, int width, long value)
          when apic.covers(address, width) ->
          finish(context, instruction, apic.write(address, width, value));
      case Instruction.LockedOr(long address, int width, long value)
          when apic.covers(address, width) -> {
        ApicOutcome outcome = apic.read(address, width);
        yield outcome.kind() == ApicOutcome.Kind.DONE
            ? finish(context, instruction, apic.write(address, width, outcome.value() | value))
            : finish(context, instruction, outcome);
      }
      case Instruction.Exchange(long address, int width, long value)
          when apic.covers(address, width) ->
          exchange(context, instruction, address, width, value);
      case Instruction.RepMovsb repMovsb -> repMovsb(context, repMovsb);
      default -> Interpreter.execute(processor, context, instruction);
    };
  }

  private int exchange(
      Context context, Instruction instruction, long address, int width, long value) {
    ApicOutcome read = apic.read(address, width);
    if (read.kind() != ApicOutcome.Kind.DONE) {
      return finish(context, instruction, read);
    }
    ApicOutcome written = apic.write(address, width, value);
    if (written.kind() == ApicOutcome.Kind.DONE || written.kind() == ApicOutcome.Kind.TRAP_EXIT) {
      context.give(read.value());
    }
    return finish(context, instruction, written);
  }

  /** One iteration where one of its addresses is in the page. */
  private int repMovsb(Context context, Instruction.RepMovsb repMovsb) {
    long done = context.repeated();
    long step = (processor.rflags() & Flags.DF) != 0 ? -done : done;
    long destination = repMovsb.destination() + step;
    long source = repMovsb.source() + step;
    boolean reads = apic.covers(source, 1);
    boolean writes = apic.covers(destination, 1);
    if (done == repMovsb.count() || (!reads && !writes)) {
      return Interpreter.execute(processor, context, repMovsb);
    }
    long value;
    ApicOutcome read = reads ? apic.read(source, 1) : ApicOutcome.PASSED;
    switch (read.kind()) {
      case DONE -> value = read.value();
      case PASSED -> value = processor.world().bus().read(processor.cpu(), source, 1);
      case EXIT, TRAP_EXIT, FAULT -> {
        return finish(context, repMovsb, read);
      }
      default -> throw new IllegalStateException("no such outcome");
    }
    ApicOutcome written = writes ? apic.write(destination, 1, value) : ApicOutcome.PASSED;
    if (written.kind() == ApicOutcome.Kind.PASSED) {
      guest.vmx().world().write(destination, 1, value);
    } else if (written.kind() == ApicOutcome.Kind.EXIT) {
      return exit(context, written);
    }
    processor.takes(ModelConfiguration.NANOS_PER_INSTRUCTION);
    if (done + 1 == repMovsb.count()) {
      context.repeatedTo(0);
    } else {
      context.repeatedTo(done + 1);
      context.stay();
    }
    return written.kind() == ApicOutcome.Kind.TRAP_EXIT ? exit(context, written) : Fault.NONE;
  }

  private int finish(Context context, Instruction instruction, ApicOutcome outcome) {
    return switch (outcome.kind()) {
      case PASSED -> Interpreter.execute(processor, context, instruction);
      case DONE -> Fault.NONE;
      case FAULT -> Fault.GP;
      case EXIT, TRAP_EXIT -> exit(context, outcome);
    };
  }

  /** The VM exit of an access. */
  int exit(Context context, ApicOutcome outcome) {
    ExitReason reason = Objects.requireNonNull(outcome.reason());
    VmExit exit = VmExit.of(reason, outcome.qualification());
    if (outcome.kind() == ApicOutcome.Kind.EXIT) {
      guest.exitBefore(context, exit);
    } else {
      guest.exit(exit);
    }
    return Fault.SWITCHED;
  }
}
