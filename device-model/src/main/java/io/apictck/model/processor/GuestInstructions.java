package io.apictck.model.processor;

import io.apictck.arch.Exceptions;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.uintr.UserIpi;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;

/**
 * Instructions of a guest: those that exit, and those that behave in another way (Intel SDM Vol.
 * 3C, "Instructions That Cause VM Exits", "Changes to Instruction Behavior in VMX Non-Root
 * Operation", "Relative Priority of Faults and VM Exits").
 *
 * <p>Not supported: the VM-exit instruction information and the qualification of VMX instructions,
 * PAUSE-loop exiting.
 */
final class GuestInstructions {
  private static final int CR8 = 8;
  private static final int MOV_FROM_CR = 1 << 4;
  private static final long IN = 1 << 3;
  private static final int PORT_SHIFT = 16;
  private static final int CR3_LOAD_EXITING = 1 << 15;
  private static final int CR3_STORE_EXITING = 1 << 16;
  private static final int CR3_TARGET_STEP = 2;
  private static final long LOW = 0xFFFF_FFFFL;

  private final NonRoot guest;
  private final Processor processor;
  private final GuestMemory memory;

  GuestInstructions(NonRoot guest) {
    this.guest = guest;
    this.processor = guest.processor();
    this.memory = new GuestMemory(guest);
  }

  /** Executes an instruction; gives a {@link Fault}. */
  int execute(Context context, Instruction instruction) {
    // the frequent ones first: a pattern switch tries its cases one by one; no record patterns,
    // which make a method take long to compile
    return switch (instruction) {
      case Instruction.Vmcall _ -> exit(context, ExitReason.VMCALL);
      case Instruction.Rdmsr rdmsr -> rdmsr(context, instruction, rdmsr.msr());
      case Instruction.Wrmsr wrmsr -> wrmsr(context, instruction, wrmsr.msr(), wrmsr.value());
      case Instruction.Iret _, Instruction.Load _, Instruction.Store _ ->
          other(context, instruction);
      case Instruction.MovToCr8 movToCr8 -> movToCr8(context, instruction, movToCr8.value());
      case Instruction.Hlt _ ->
          privileged() && guest.vmcs().has(VmxControl.HLT_EXITING)
              ? exit(context, ExitReason.HLT)
              : plain(context, instruction);
      case Instruction.Monitor _ ->
          privileged() && hasMonitor() && guest.vmcs().has(VmxControl.MONITOR_EXITING)
              ? exit(context, ExitReason.MONITOR)
              : plain(context, instruction);
      case Instruction.Mwait mwait ->
          privileged() && hasMonitor()
              ? mwait(context, instruction, mwait.extensions())
              : plain(context, instruction);
      case Instruction.Pause _ ->
          guest.vmcs().has(VmxControl.PAUSE_EXITING)
              ? exit(context, ExitReason.PAUSE)
              : plain(context, instruction);
      case Instruction.Rdtsc _ -> rdtsc(context);
      case Instruction.Cpuid _ -> exit(context, ExitReason.CPUID);
      case Instruction.MovFromCr8 _ -> movFromCr8(context, instruction);
      case Instruction.MovFromCr movFromCr -> movFromCr(context, instruction, movFromCr.register());
      case Instruction.MovToCr movToCr ->
          movToCr(context, instruction, movToCr.register(), movToCr.value());
      case Instruction.In in ->
          portExits(in.port(), in.width())
              ? exit(
                  context, ExitReason.IO_INSTRUCTION, ioQualification(in.port(), in.width()) | IN)
              : plain(context, instruction);
      case Instruction.Out out ->
          portExits(out.port(), out.width())
              ? exit(context, ExitReason.IO_INSTRUCTION, ioQualification(out.port(), out.width()))
              : plain(context, instruction);
      case Instruction.Int software ->
          softwareInterrupt(context, instruction, software.vector() & 0xFF);
      case Instruction.Int3 _ -> breakpoint(context, instruction);
      case Instruction.Vmxon _ -> exit(context, ExitReason.VMXON);
      case Instruction.Vmxoff _ -> exit(context, ExitReason.VMXOFF);
      case Instruction.Vmclear _ -> exit(context, ExitReason.VMCLEAR);
      case Instruction.Vmptrld _ -> exit(context, ExitReason.VMPTRLD);
      case Instruction.Vmptrst _ -> exit(context, ExitReason.VMPTRST);
      case Instruction.Invept _ ->
          guest.vmx().capabilities().allows(VmxControl.ENABLE_EPT)
              ? exit(context, ExitReason.INVEPT)
              : Fault.UD;
      case Instruction.Vmread _, Instruction.VmreadToMemory _ -> exit(context, ExitReason.VMREAD);
      case Instruction.Vmwrite _ -> exit(context, ExitReason.VMWRITE);
      case Instruction.Vmlaunch _ -> exit(context, ExitReason.VMLAUNCH);
      case Instruction.Vmresume _ -> exit(context, ExitReason.VMRESUME);
      // "enable XSAVES/XRSTORS" is 0
      case Instruction.Xsaves _, Instruction.Xrstors _ -> Fault.UD;
      case Instruction.Senduipi senduipi when guest.controls().shadowsTpr() ->
          sendUserIpi(context, senduipi.index());
      default -> other(context, instruction);
    };
  }

  private int other(Context context, Instruction instruction) {
    return guest.controls().virtualizesAccesses() || guest.space().translates()
        ? memory.execute(context, instruction)
        : plain(context, instruction);
  }

  private int plain(Context context, Instruction instruction) {
    return Interpreter.execute(processor, context, instruction);
  }

  private int exit(Context context, ExitReason reason) {
    return exit(context, reason, 0);
  }

  private int exit(Context context, ExitReason reason, long qualification) {
    guest.exitBefore(context, reason, qualification);
    return Fault.SWITCHED;
  }

  private boolean privileged() {
    return processor.cpl() == 0;
  }

  private boolean hasMonitor() {
    return processor.world().configuration().has(Feature.MONITOR_MWAIT);
  }

  private int mwait(Context context, Instruction instruction, int extensions) {
    if (guest.vmcs().has(VmxControl.MWAIT_EXITING)) {
      return exit(context, ExitReason.MWAIT, processor.monitor().armed() ? 1 : 0);
    }
    boolean forMaskedInterrupts = extensions == 1 && !processor.interruptFlag();
    return forMaskedInterrupts
            && guest.decisions().mwaitPasses(guest.vmcs(), guest.recognizesVirtual())
        ? Fault.NONE
        : plain(context, instruction);
  }

  private int rdtsc(Context context) {
    if (guest.vmcs().has(VmxControl.RDTSC_EXITING)) {
      return exit(context, ExitReason.RDTSC);
    }
    context.give(processor.msrs().tsc() + guest.controls().tscOffset());
    return Fault.NONE;
  }

  // MSRs

  private int rdmsr(Context context, Instruction instruction, int msr) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (msrExits(msr, false)) {
      return exit(context, ExitReason.RDMSR);
    }
    if (msr == Msr.IA32_TIME_STAMP_COUNTER) {
      giveHalves(context, processor.msrs().tsc() + guest.controls().tscOffset());
      return Fault.NONE;
    }
    if (!isVirtualized(msr)) {
      return plain(context, instruction);
    }
    ApicOutcome outcome = guest.apic().rdmsr(msr);
    if (outcome.kind() == ApicOutcome.Kind.DONE) {
      giveHalves(context, outcome.value());
    }
    return finish(context, instruction, outcome);
  }

  private boolean msrExits(int msr, boolean write) {
    boolean exits = Bitmaps.msrExits(guest.vmcs(), guest.vmx().world(), msr, write);
    return guest.decisions().msrExits(exits, msr, write);
  }

  private static void giveHalves(Context context, long value) {
    context.give(value & LOW);
    context.give(value >>> Integer.SIZE);
  }

  private int wrmsr(Context context, Instruction instruction, int msr, long value) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (msrExits(msr, true)) {
      return exit(context, ExitReason.WRMSR);
    }
    return isVirtualized(msr)
        ? finish(context, instruction, guest.apic().wrmsr(msr, value))
        : plain(context, instruction);
  }

  private boolean isVirtualized(int msr) {
    return guest.controls().virtualizesMsrs() && Msr.X2APIC_FIRST <= msr && msr <= Msr.X2APIC_LAST;
  }

  // Control registers

  private int movFromCr8(Context context, Instruction instruction) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (guest.vmcs().has(VmxControl.CR8_STORE_EXITING)) {
      return exit(context, ExitReason.CR_ACCESS, CR8 | MOV_FROM_CR);
    }
    if (!guest.controls().shadowsTpr()) {
      return plain(context, instruction);
    }
    ApicOutcome outcome = guest.apic().readCr8();
    if (outcome.kind() == ApicOutcome.Kind.DONE) {
      context.give(outcome.value());
    }
    return finish(context, instruction, outcome);
  }

  private int movToCr8(Context context, Instruction instruction, long value) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (guest.vmcs().has(VmxControl.CR8_LOAD_EXITING)) {
      return exit(context, ExitReason.CR_ACCESS, CR8);
    }
    return guest.controls().shadowsTpr()
        ? finish(context, instruction, guest.apic().writeCr8(value))
        : plain(context, instruction);
  }

  private int movFromCr(Context context, Instruction instruction, int register) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (register == 2) {
      return plain(context, instruction);
    }
    if (register == 3) {
      return hasPrimary(CR3_STORE_EXITING)
          ? exit(context, ExitReason.CR_ACCESS, register | MOV_FROM_CR)
          : plain(context, instruction);
    }
    long mask = guest.vmcs().get(mask(register));
    long real = processor.controlRegisters().get(register);
    context.give((real & ~mask) | (guest.vmcs().get(shadow(register)) & mask));
    return Fault.NONE;
  }

  private int movToCr(Context context, Instruction instruction, int register, long value) {
    if (!privileged()) {
      return Fault.GP;
    }
    if (register == 3) {
      return hasPrimary(CR3_LOAD_EXITING) && !isTarget(value)
          ? exit(context, ExitReason.CR_ACCESS, register)
          : plain(context, instruction);
    }
    long mask = guest.vmcs().get(mask(register));
    if (((value ^ guest.vmcs().get(shadow(register))) & mask) != 0) {
      return exit(context, ExitReason.CR_ACCESS, register);
    }
    long real = processor.controlRegisters().get(register);
    return plain(context, new Instruction.MovToCr(register, (real & mask) | (value & ~mask)));
  }

  private boolean hasPrimary(int control) {
    return (guest.vmcs().get(VmcsField.PRIMARY_CONTROLS) & control) != 0;
  }

  private boolean isTarget(long value) {
    for (int i = 0; i < guest.vmcs().get(VmcsField.CR3_TARGET_COUNT); i++) {
      int encoding = VmcsField.CR3_TARGET_VALUE_0.encoding() + i * CR3_TARGET_STEP;
      if (guest.vmcs().get(VmcsField.of(encoding).orElseThrow()) == value) {
        return true;
      }
    }
    return false;
  }

  private static VmcsField mask(int register) {
    return register == 0 ? VmcsField.CR0_GUEST_HOST_MASK : VmcsField.CR4_GUEST_HOST_MASK;
  }

  private static VmcsField shadow(int register) {
    return register == 0 ? VmcsField.CR0_READ_SHADOW : VmcsField.CR4_READ_SHADOW;
  }

  // Ports

  private boolean portExits(int port, int width) {
    return processor.cpl() <= Flags.iopl(processor.rflags())
        && Bitmaps.portExits(guest.vmcs(), guest.vmx().world(), port, width);
  }

  private static long ioQualification(int port, int width) {
    return width - 1 | (long) port << PORT_SHIFT;
  }

  // Software events

  private int softwareInterrupt(Context context, Instruction instruction, int vector) {
    return deliver(
        context,
        GuestEvent.software(InterruptionType.SOFTWARE_INTERRUPT, vector, instruction.length()));
  }

  private int breakpoint(Context context, Instruction instruction) {
    GuestEvent event =
        GuestEvent.software(
            InterruptionType.SOFTWARE_EXCEPTION, Exceptions.BP, instruction.length());
    if (guest.exceptionExits(Exceptions.BP)) {
      guest.exitBefore(context, VmExit.of(ExitReason.EXCEPTION_OR_NMI).with(event));
      return Fault.SWITCHED;
    }
    return deliver(context, event);
  }

  /** A fault of the delivery that does not exit is one of the instruction. */
  private int deliver(Context context, GuestEvent event) {
    if (!guest.delivery().hasGate(event.vector()) && !guest.exceptionExits(Exceptions.GP)) {
      return Fault.gp(GuestDelivery.protectionFault(event).errorCode());
    }
    // TF is cleared on the way into the handler: no trap
    processor.cancelSingleStep();
    context.stay();
    return guest.delivery().deliver(event) ? Fault.NONE : Fault.SWITCHED;
  }

  // APIC virtualization

  private int sendUserIpi(Context context, long index) {
    return processor.userInterrupts().send(context, index, ipi -> notifyUser(context, ipi));
  }

  private int notifyUser(Context context, UserIpi ipi) {
    ApicOutcome outcome = guest.apic().sendUserIpi(ipi.vector(), ipi.destination());
    if (outcome.kind() == ApicOutcome.Kind.PASSED) {
      processor.userInterrupts().command(ipi);
    }
    return outcome.reason() == null ? Fault.NONE : memory.exit(context, outcome);
  }

  private int finish(Context context, Instruction instruction, ApicOutcome outcome) {
    return switch (outcome.kind()) {
      case PASSED -> plain(context, instruction);
      case DONE -> Fault.NONE;
      case FAULT -> Fault.GP;
      case EXIT, TRAP_EXIT -> memory.exit(context, outcome);
    };
  }
}
