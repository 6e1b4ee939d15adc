package io.apictck.model.processor;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.Translation;
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
 * byte by byte in the page; accesses that cross from one page into another. Not supported: MONITOR
 * of the page, which exits or not as the manual leaves it open.
 */
final class GuestMemory implements DataAccess {
  private final NonRoot guest;
  private final Processor processor;
  private final ApicVirtualization apic;
  private long value;

  /** Where the last address that was translated is. */
  private long physical;

  /** Where the bytes of the last access are that lie in its first page, and how many they are. */
  private long first;

  private int inFirst;

  /** Where the rest of it is. */
  private long second;

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
        int fault = read(context, address, width, MemoryAccess.Kind.WRITE);
        yield fault == Fault.NONE
            ? complete(write(context, address, width, value | operand))
            : fault;
      }
      case Instruction.Exchange(long address, int width, long stored) ->
          exchange(context, address, width, stored);
      case Instruction.CompareExchange compare ->
          complete(CompareInstructions.execute(this, context, compare));
      case Instruction.CompareExchange16 compare ->
          complete(CompareInstructions.execute(this, context, compare));
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
    int fault = read(context, address, width, MemoryAccess.Kind.WRITE);
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
    int fault = locate(context, source, 1, MemoryAccess.Kind.READ);
    if (fault != Fault.NONE) {
      return fault;
    }
    long from = first;
    fault = locate(context, destination, 1, MemoryAccess.Kind.WRITE);
    if (fault != Fault.NONE) {
      return fault;
    }
    long to = first;
    if (!apic.covers(to, 1) && !apic.covers(from, 1)) {
      return Interpreter.copy(processor, context, left, to, from);
    }
    fault = readPhysical(context, from, 1);
    if (fault == Fault.NONE) {
      fault = writePhysical(context, to, 1, value);
    }
    if (fault != Fault.NONE) {
      return fault;
    }
    Interpreter.iterated(processor, context, left, 1);
    return complete(Fault.NONE);
  }

  // Linear addresses

  @Override
  public int read(Context context, long address, int width) {
    return read(context, address, width, MemoryAccess.Kind.READ);
  }

  private int read(Context context, long address, int width, MemoryAccess.Kind kind) {
    int fault = locate(context, address, width, kind);
    if (fault != Fault.NONE || inFirst == width) {
      return fault == Fault.NONE ? readPhysical(context, first, width) : fault;
    }
    fault = readPart(context, first, inFirst);
    if (fault == Fault.NONE) {
      long low = value;
      fault = readPart(context, second, width - inFirst);
      value = low | value << (Byte.SIZE * inFirst);
    }
    return fault;
  }

  @Override
  public int write(Context context, long address, int width, long written) {
    int fault = locate(context, address, width, MemoryAccess.Kind.WRITE);
    if (fault != Fault.NONE || inFirst == width) {
      return fault == Fault.NONE ? writePhysical(context, first, width, written) : fault;
    }
    int inSecond = width - inFirst;
    // nothing is stored if one of the parts exits
    if (apic.covers(first, inFirst)) {
      return exit(context, apic.store(first, inFirst, written));
    }
    if (apic.covers(second, inSecond)) {
      return exit(context, apic.store(second, inSecond, written));
    }
    writePart(first, inFirst, written);
    writePart(second, inSecond, written >>> (Byte.SIZE * inFirst));
    return Fault.NONE;
  }

  /**
   * Finds the physical addresses of an access: {@link #first}, and {@link #second} if it crosses
   * into another page that may be anywhere.
   */
  private int locate(Context context, long address, int width, MemoryAccess.Kind kind) {
    if (!Addresses.canonical(address, processor.controlRegisters().linearAddressBits())) {
      return Fault.GP;
    }
    inFirst = width;
    if (!guest.space().translates()) {
      first = address;
      return Fault.NONE;
    }
    MemoryAccess access = MemoryAccess.of(kind, processor.cpl());
    int fault = translate(context, address, access);
    first = physical;
    long room = toEndOfPage(address);
    if (room < width && fault == Fault.NONE) {
      inFirst = (int) room;
      fault = translate(context, address + room, access);
      second = physical;
    }
    return fault;
  }

  private int translate(Context context, long linear, MemoryAccess access) {
    return switch (guest.space().translate(linear, access)) {
      case Translation.Mapped(long address) -> {
        physical = address;
        yield Fault.NONE;
      }
      case Translation failed -> guest.fault(context, failed, linear);
    };
  }

  private static long toEndOfPage(long address) {
    return PagingEntry.PAGE - (address & PagingEntry.PAGE - 1);
  }

  // Physical addresses

  private int readPhysical(Context context, long address, int width) {
    if (apic.covers(address, width)) {
      ApicOutcome outcome = apic.read(address, width);
      value = outcome.value();
      return exit(context, outcome);
    }
    value = readBus(address, width);
    return Fault.NONE;
  }

  private int writePhysical(Context context, long address, int width, long written) {
    if (apic.covers(address, width)) {
      return exit(context, apic.store(address, width, written));
    }
    writeBus(address, width, written);
    return Fault.NONE;
  }

  /** Reads some bytes up to the end of a page or from its beginning. */
  private int readPart(Context context, long address, int bytes) {
    if (apic.covers(address, bytes)) {
      return exit(context, apic.read(address, bytes));
    }
    long read = 0;
    for (int i = 0; i < bytes; i++) {
      read |= readBus(address + i, 1) << (Byte.SIZE * i);
    }
    value = read;
    return Fault.NONE;
  }

  private void writePart(long address, int bytes, long written) {
    for (int i = 0; i < bytes; i++) {
      writeBus(address + i, 1, (written >>> (Byte.SIZE * i)) & 0xFF);
    }
  }

  private long readBus(long address, int width) {
    return processor.world().bus().read(processor.cpu(), address, width);
  }

  private void writeBus(long address, int width, long written) {
    processor.world().bus().write(processor.cpu(), address, width, written);
    processor.world().stored(address, width);
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
