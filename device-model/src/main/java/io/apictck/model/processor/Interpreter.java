package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Rflags;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;

/**
 * Executes instructions (Intel SDM Vol. 2, instruction reference).
 *
 * <p>Supported: every {@link Instruction} in 64-bit mode with linear addresses equal to physical
 * ones. Privilege: ports need CPL not above IOPL, all memory is open to user mode, and all gates
 * may be called from there.
 *
 * <p>Not supported: arithmetic flags (only VMX instructions set them), alignment checks, an I/O
 * permission bitmap.
 */
final class Interpreter {
  private static final int USER = 3;
  private static final long CR8_DEFINED = 0xF;
  private static final int MWAIT_BREAK = 1;
  private static final int CANONICAL_SHIFT = 47;

  private Interpreter() {}

  /** Executes an instruction; gives a {@link Fault}. */
  static int execute(Processor processor, Context context, Instruction instruction) {
    // the frequent ones first: a pattern switch tries its cases one by one; no record patterns,
    // which make a method take long to compile
    return switch (instruction) {
      case Instruction.Load load -> load(processor, context, load);
      case Instruction.Store store ->
          store(processor, store.address(), store.width(), store.value());
      case Instruction.Rdmsr rdmsr -> rdmsr(processor, context, rdmsr.msr());
      case Instruction.Wrmsr wrmsr -> wrmsr(processor, wrmsr.msr(), wrmsr.value());
      case Instruction.Vmwrite vmwrite ->
          processor.vmx().vmwrite(context, vmwrite.field(), vmwrite.value());
      case Instruction.Vmread vmread -> processor.vmx().vmread(context, vmread.field());
      case Instruction.VmreadToMemory vmreadToMemory ->
          processor.vmx().vmreadToMemory(context, vmreadToMemory.field(), vmreadToMemory.address());
      case Instruction.Vmresume _ -> processor.vmx().enter(context, false);
      case Instruction.Iret _ -> processor.iret(context, 0);
      case Instruction.Nop _, Instruction.Pause _, Instruction.Mfence _, Instruction.Prefetch _ ->
          Fault.NONE;
      case Instruction.Cli _ -> cli(processor);
      case Instruction.Sti _ -> sti(processor);
      case Instruction.Hlt _ -> hlt(processor);
      case Instruction.MovFromCr8 _ -> movFromCr8(processor, context);
      case Instruction.MovToCr8 movToCr8 -> movToCr8(processor, movToCr8.value());
      case Instruction.LockedOr lockedOr ->
          lockedOr(processor, lockedOr.address(), lockedOr.width(), lockedOr.value());
      case Instruction.Exchange exchange -> exchange(processor, context, exchange);
      case Instruction.CompareExchange compare ->
          CompareInstructions.execute(new PhysicalData(processor), context, compare);
      case Instruction.CompareExchange16 compare ->
          CompareInstructions.execute(new PhysicalData(processor), context, compare);
      case Instruction.RepMovsb repMovsb -> repMovsb(processor, context, repMovsb);
      case Instruction.Enter enter ->
          EnterInstruction.execute(new PhysicalData(processor), context, enter);
      case Instruction.In in -> in(processor, context, in.port(), in.width());
      case Instruction.Out out -> out(processor, out.port(), out.width(), out.value());
      case Instruction.Rdtsc _ -> give(context, processor.msrs().tsc());
      case Instruction.Cpuid cpuid -> cpuid(processor, context, cpuid.leaf(), cpuid.subleaf());
      case Instruction.Monitor monitor -> monitor(processor, monitor.address());
      case Instruction.Mwait mwait -> mwait(processor, mwait.extensions());
      case Instruction.MovSs _ -> {
        processor.movSs();
        yield Fault.NONE;
      }
      case Instruction.Lss _ -> {
        processor.lss();
        yield Fault.NONE;
      }
      case Instruction.Pushf _ -> give(context, processor.rflags());
      case Instruction.Popf popf -> popf(processor, popf.rflags());
      case Instruction.Int software -> {
        processor.softwareInterrupt(software.vector() & 0xFF);
        yield Fault.NONE;
      }
      case Instruction.Int3 _ -> {
        processor.trap(Exceptions.BP);
        yield Fault.NONE;
      }
      case Instruction.Ud2 _ -> Fault.UD;
      case Instruction.IretToBadSelector _ ->
          processor.iret(context, Instruction.IretToBadSelector.SELECTOR);
      case Instruction.Rsm _ -> processor.rsm(context);
      case Instruction.EnterUser _ -> enterUser(processor);
      case Instruction.MovFromCr movFromCr -> movFromCr(processor, context, movFromCr.register());
      case Instruction.MovToCr movToCr -> movToCr(processor, movToCr.register(), movToCr.value());
      case Instruction.Vmxon vmxon -> processor.vmx().vmxon(context, vmxon.region());
      case Instruction.Vmxoff _ -> processor.vmx().vmxoff(context);
      case Instruction.Vmclear vmclear -> processor.vmx().vmclear(context, vmclear.vmcs());
      case Instruction.Vmptrld vmptrld -> processor.vmx().vmptrld(context, vmptrld.vmcs());
      case Instruction.Vmptrst _ -> processor.vmx().vmptrst(context);
      case Instruction.Invept invept ->
          processor.vmx().invept(context, invept.type(), invept.pointer());
      case Instruction.Vmlaunch _ -> processor.vmx().enter(context, true);
      case Instruction.Vmcall _ -> processor.vmx().vmcall(context);
      case Instruction.LeaveUser _ -> {
        processor.setCpl(0);
        yield Fault.NONE;
      }
      case Instruction.Senduipi senduipi ->
          processor.userInterrupts().send(context, senduipi.index());
      case Instruction.Uiret _ -> processor.userInterrupts().uiret(context);
      case Instruction.Clui _ -> processor.userInterrupts().setFlag(false);
      case Instruction.Stui _ -> processor.userInterrupts().setFlag(true);
      case Instruction.Testui _ -> processor.userInterrupts().test(context);
      case Instruction.Umonitor umonitor -> umonitor(processor, umonitor.address());
      case Instruction.Umwait umwait ->
          UserWait.execute(processor, context, umwait.control(), umwait.deadline(), true);
      case Instruction.Tpause tpause ->
          UserWait.execute(processor, context, tpause.control(), tpause.deadline(), false);
      case Instruction.Xbegin _ -> xbegin(processor, context);
      case Instruction.Xend _ -> xend(processor);
      case Instruction.Xsaves xsaves ->
          processor.userInterrupts().save(xsaves.address(), xsaves.components());
      case Instruction.Xrstors xrstors ->
          processor.userInterrupts().restore(xrstors.address(), xrstors.components());
    };
  }

  private static int give(Context context, long value) {
    context.give(value);
    return Fault.NONE;
  }

  // Memory

  private static int load(Processor processor, Context context, Instruction.Load load) {
    long address = load.address();
    if (!canonical(address)) {
      return Fault.GP;
    }
    return give(context, processor.world().bus().read(processor.cpu(), address, load.width()));
  }

  static int store(Processor processor, long address, int width, long value) {
    if (!canonical(address)) {
      return Fault.GP;
    }
    ProcessorWorld world = processor.world();
    processor.transaction().store(address, width);
    world.bus().write(processor.cpu(), address, width, value);
    world.stored(address, width);
    return Fault.NONE;
  }

  private static int lockedOr(Processor processor, long address, int width, long value) {
    if (!canonical(address)) {
      return Fault.GP;
    }
    long old = processor.world().bus().read(processor.cpu(), address, width);
    return store(processor, address, width, old | value);
  }

  private static int exchange(Processor processor, Context context, Instruction.Exchange exchange) {
    int width = exchange.width();
    if (!canonical(exchange.address())) {
      return Fault.GP;
    }
    context.give(processor.world().bus().read(processor.cpu(), exchange.address(), width));
    return store(processor, exchange.address(), width, exchange.value());
  }

  private static int repMovsb(Processor processor, Context context, Instruction.RepMovsb repMovsb) {
    long done = context.repeated();
    long left = repMovsb.count() - done;
    if (left == 0) {
      return Fault.NONE;
    }
    boolean down = (processor.rflags() & Flags.DF) != 0;
    long destination = down ? repMovsb.destination() - done : repMovsb.destination() + done;
    long source = down ? repMovsb.source() - done : repMovsb.source() + done;
    if (!canonical(destination) || !canonical(source)) {
      return Fault.GP;
    }
    return copy(processor, context, left, destination, source);
  }

  /**
   * As many iterations of REP MOVSB as nothing can come between, not beyond the end of a page; the
   * rest is left to the next step.
   *
   * @param left how many iterations are to be done yet
   */
  static int copy(Processor processor, Context context, long left, long destination, long source) {
    long most = processor.undisturbed();
    long length = Long.compareUnsigned(left, most) < 0 ? left : most;
    ProcessorWorld world = processor.world();
    int copied = world.bus().copy(processor.cpu(), destination, source, length);
    world.stored(destination, copied);
    iterated(processor, context, left, copied);
    return Fault.NONE;
  }

  /** Of the iterations that were left some are done. */
  static void iterated(Processor processor, Context context, long left, long done) {
    processor.takes(done * ModelConfiguration.NANOS_PER_INSTRUCTION);
    if (done == left) {
      context.repeatedTo(0);
    } else {
      context.repeatedTo(context.repeated() + done);
      context.stay();
    }
  }

  private static boolean canonical(long address) {
    long high = address >> CANONICAL_SHIFT;
    return high == 0 || high == -1;
  }

  // Ports

  private static int in(Processor processor, Context context, int port, int width) {
    if (processor.cpl() > Flags.iopl(processor.rflags())) {
      return Fault.GP;
    }
    ProcessorWorld world = processor.world();
    return give(context, world.bus().in(processor.cpu(), port, width));
  }

  private static int out(Processor processor, int port, int width, int value) {
    if (processor.cpl() > Flags.iopl(processor.rflags())) {
      return Fault.GP;
    }
    processor.world().bus().out(processor.cpu(), port, width, value);
    return Fault.NONE;
  }

  // Registers

  private static int rdmsr(Processor processor, Context context, int msr) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    try {
      long value = processor.msrs().read(msr);
      context.give(value & 0xFFFF_FFFFL);
      context.give(value >>> 32);
      return Fault.NONE;
    } catch (GeneralProtectionException _) {
      return Fault.GP;
    }
  }

  private static int wrmsr(Processor processor, int msr, long value) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    try {
      processor.msrs().write(msr, value);
      return Fault.NONE;
    } catch (GeneralProtectionException _) {
      return Fault.GP;
    }
  }

  private static int cpuid(Processor processor, Context context, int leaf, int subleaf) {
    ProcessorWorld world = processor.world();
    int cpu = processor.cpu();
    CpuidLeaves.Registers registers =
        CpuidLeaves.answer(
            world.configuration(),
            cpu,
            new CpuidLeaves.Flags(
                world.chipset().apicEnabled(cpu), processor.controlRegisters().xsaveEnabled()),
            leaf,
            subleaf);
    context.give(Integer.toUnsignedLong(registers.eax()));
    context.give(Integer.toUnsignedLong(registers.ebx()));
    context.give(Integer.toUnsignedLong(registers.ecx()));
    context.give(Integer.toUnsignedLong(registers.edx()));
    return Fault.NONE;
  }

  private static int movFromCr(Processor processor, Context context, int register) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    return give(context, processor.controlRegisters().get(register));
  }

  private static int movToCr(Processor processor, int register, long value) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    Vmx vmx = processor.vmx();
    return processor.controlRegisters().set(register, value, vmx.on(), vmx.capabilities());
  }

  private static int movFromCr8(Processor processor, Context context) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    return give(context, processor.world().chipset().cr8(processor.cpu()));
  }

  private static int movToCr8(Processor processor, long value) {
    if (processor.cpl() != 0 || (value & ~CR8_DEFINED) != 0) {
      return Fault.GP;
    }
    processor.world().chipset().setCr8(processor.cpu(), (int) value);
    return Fault.NONE;
  }

  // Flags and privilege

  private static int cli(Processor processor) {
    if (processor.cpl() > Flags.iopl(processor.rflags())) {
      return Fault.GP;
    }
    processor.setRflags(processor.rflags() & ~Rflags.IF);
    return Fault.NONE;
  }

  private static int sti(Processor processor) {
    if (processor.cpl() > Flags.iopl(processor.rflags())) {
      return Fault.GP;
    }
    processor.sti();
    return Fault.NONE;
  }

  private static int popf(Processor processor, long rflags) {
    processor.setRflags(Flags.load(processor.rflags(), rflags, processor.cpl()));
    return Fault.NONE;
  }

  private static int enterUser(Processor processor) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    processor.setCpl(USER);
    return Fault.NONE;
  }

  // Waiting

  private static int hlt(Processor processor) {
    if (processor.cpl() != 0) {
      return Fault.GP;
    }
    processor.halt();
    return Fault.NONE;
  }

  private static int monitor(Processor processor, long address) {
    if (processor.cpl() != 0 || !processor.world().configuration().has(Feature.MONITOR_MWAIT)) {
      return Fault.UD;
    }
    if (!canonical(address)) {
      return Fault.GP;
    }
    processor.monitor().arm(address);
    return Fault.NONE;
  }

  private static int umonitor(Processor processor, long address) {
    // in guests "enable user wait and pause" is 0
    if (processor.guest() != null || !processor.world().configuration().has(Feature.WAITPKG)) {
      return Fault.UD;
    }
    if (!canonical(address)) {
      return Fault.GP;
    }
    processor.monitor().arm(address);
    return Fault.NONE;
  }

  // Transactions

  private static int xbegin(Processor processor, Context context) {
    if (!processor.world().configuration().has(Feature.RTM)) {
      return Fault.UD;
    }
    if (processor.guest() != null) {
      return give(context, 0);
    }
    processor.transaction().begin(context, processor.rflags());
    return Fault.NONE;
  }

  private static int xend(Processor processor) {
    if (!processor.world().configuration().has(Feature.RTM)) {
      return Fault.UD;
    }
    boolean active = processor.transaction().active();
    // what XTEST says
    processor.setRflags((processor.rflags() & ~Instruction.STATUS_FLAGS) | (active ? 0 : Flags.ZF));
    if (active) {
      processor.transaction().end();
    }
    return Fault.NONE;
  }

  private static int mwait(Processor processor, int extensions) {
    if (processor.cpl() != 0 || !processor.world().configuration().has(Feature.MONITOR_MWAIT)) {
      return Fault.UD;
    }
    if ((extensions & ~MWAIT_BREAK) != 0) {
      return Fault.GP;
    }
    processor.mwait((extensions & MWAIT_BREAK) != 0);
    return Fault.NONE;
  }
}
