package io.apictck.model.processor;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.platform.Instruction;
import java.util.Objects;

/**
 * Accesses of a guest's instructions to memory, the APIC-access page among it (Intel SDM Vol. 3C,
 * "Virtualizing Memory-Mapped APIC Accesses").
 *
 * <p>Supported: loads, stores, read-modify-write instructions, which read first, ENTER, REP MOVSB
 * byte by byte in the page. Not supported: MONITOR of the page, which exits or not as the manual
 * leaves it open.
 */
final class GuestMemory implements DataAccess {
  private final NonRoot guest;
  private final Processor processor;
  private final ApicVirtualization apic;
  private long value;

  GuestMemory(NonRoot guest) {
    this.guest = guest;
    this.processor = guest.processor();
    this.apic = guest.apic();
  }

  /** Executes an instruction; gives a {@link Fault}. */
  int execute(Context context, Instruction instruction) {
    return switch (instruction) {
      case Instruction.Load(long address, int width) -> load(context, address, width);
      case Instruction.Store(long address, int width, long stored) ->
          complete(write(context, address, width, stored));
      case Instruction.LockedOr(long address, int width, long operand) -> {
        int fault = read(context, address, width);
        yield fault == Fault.NONE
            ? complete(write(context, address, width, value | operand))
            : fault;
      }
      case Instruction.Exchange(long address, int width, long stored) ->
          exchange(context, address, width, stored);
      case Instruction.Enter enter -> complete(EnterInstruction.execute(this, context, enter));
      case Instruction.RepMovsb repMovsb -> repMovsb(context, repMovsb);
      case Instruction.Prefetch(long address) -> exit(context, apic.prefetch(address));
      default -> Interpreter.execute(processor, context, instruction);
    };
  }

  private int load(Context context, long address, int width) {
    int fault = read(context, address, width);
    if (fault == Fault.NONE) {
      context.give(value);
    }
    return fault;
  }

  private int exchange(Context context, long address, int width, long stored) {
    int fault = read(context, address, width);
    if (fault == Fault.NONE) {
      long old = value;
      fault = write(context, address, width, stored);
      if (fault == Fault.NONE) {
        context.give(old);
      }
    }
    return complete(fault);
  }

  /** As many iterations as nothing can come between; one where an address is in the page. */
  private int repMovsb(Context context, Instruction.RepMovsb repMovsb) {
    long done = context.repeated();
    long left = repMovsb.count() - done;
    if (left == 0) {
      return Fault.NONE;
    }
    long step = (processor.rflags() & Flags.DF) != 0 ? -done : done;
    long destination = repMovsb.destination() + step;
    long source = repMovsb.source() + step;
    if (!apic.covers(destination, 1) && !apic.covers(source, 1)) {
      return Interpreter.execute(processor, context, repMovsb);
    }
    int fault = read(context, source, 1);
    if (fault == Fault.NONE) {
      fault = write(context, destination, 1, value);
    }
    if (fault != Fault.NONE) {
      return fault;
    }
    Interpreter.iterated(processor, context, left, 1);
    return complete(Fault.NONE);
  }

  // Accesses

  @Override
  public int read(Context context, long address, int width) {
    if (apic.covers(address, width)) {
      ApicOutcome outcome = apic.read(address, width);
      value = outcome.value();
      return outcome.kind() == ApicOutcome.Kind.DONE ? Fault.NONE : exit(context, outcome);
    }
    if (!Addresses.canonical(address)) {
      return Fault.GP;
    }
    value = guest.vmx().world().read(address, width);
    return Fault.NONE;
  }

  @Override
  public int write(Context context, long address, int width, long written) {
    if (apic.covers(address, width)) {
      ApicOutcome outcome = apic.store(address, width, written);
      return outcome.kind() == ApicOutcome.Kind.DONE ? Fault.NONE : exit(context, outcome);
    }
    if (!Addresses.canonical(address)) {
      return Fault.GP;
    }
    guest.vmx().world().write(address, width, written);
    return Fault.NONE;
  }

  @Override
  public long value() {
    return value;
  }

  /** An instruction is over: what it wrote to the page has its effects, unless it faulted. */
  private int complete(int fault) {
    return fault == Fault.NONE && apic.emulationPending() ? exit(apic.emulate()) : fault;
  }

  private int exit(ApicOutcome outcome) {
    if (outcome.kind() == ApicOutcome.Kind.DONE) {
      return Fault.NONE;
    }
    guest.exit(exitOf(outcome));
    return Fault.SWITCHED;
  }

  /** The VM exit of an access, if there is one. */
  int exit(Context context, ApicOutcome outcome) {
    if (outcome.kind() != ApicOutcome.Kind.EXIT) {
      return exit(outcome);
    }
    guest.exitBefore(context, exitOf(outcome));
    return Fault.SWITCHED;
  }

  private static VmExit exitOf(ApicOutcome outcome) {
    ExitReason reason = Objects.requireNonNull(outcome.reason());
    return VmExit.of(reason, outcome.qualification());
  }
}
