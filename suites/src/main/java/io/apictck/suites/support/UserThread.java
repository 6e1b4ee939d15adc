package io.apictck.suites.support;

import io.apictck.arch.ApicMode;
import io.apictck.arch.Cr4;
import io.apictck.arch.Msr;
import io.apictck.arch.uintr.UserInterruptMisc;
import io.apictck.arch.uintr.UserPostedInterruptDescriptor;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.uintr.TargetTable;
import io.apictck.machine.uintr.UserDescriptor;
import io.apictck.platform.Instruction;

/**
 * A thread of user code that can send and receive user interrupts: the processor has its state.
 *
 * @param cpu the processor, which is in kernel mode at first
 * @param descriptor its descriptor
 * @param targets its table of targets
 */
public record UserThread(Cpu cpu, UserDescriptor descriptor, TargetTable targets) {
  /** The vector of notifications. */
  public static final int UINV = 0xEC;

  /** Highest index of targets. */
  public static final int LAST_TARGET = 7;

  /** CR4.UINTR is 1, SENDUIPI is enabled, no interrupt is requested, UIF is 0. */
  public static UserThread on(Cpu cpu) {
    UserThread thread = new UserThread(cpu, UserDescriptor.create(cpu), TargetTable.create(cpu));
    thread.descriptor.setControl(thread.notifying(cpu, UINV));
    thread.enable(true);
    cpu.run(
        new Instruction.Clui(),
        new Instruction.Wrmsr(Msr.IA32_UINTR_RR, 0),
        new Instruction.Wrmsr(Msr.IA32_UINTR_STACKADJUST, 0),
        new Instruction.Wrmsr(Msr.IA32_UINTR_MISC, new UserInterruptMisc(LAST_TARGET, UINV).raw()),
        new Instruction.Wrmsr(Msr.IA32_UINTR_PD, thread.descriptor.address()),
        new Instruction.Wrmsr(Msr.IA32_UINTR_TT, thread.targets.address() | Msr.UINTR_TT_ENABLE));
    return thread;
  }

  /** As {@link #on}, and user interrupts are taken by the test. */
  public static UserThread receivingOn(Cpu cpu) {
    UserThread thread = on(cpu);
    cpu.wrmsr(Msr.IA32_UINTR_HANDLER, cpu.machine().userInterruptHandler());
    return thread;
  }

  /** Sets or clears CR4.UINTR. */
  public void enable(boolean enabled) {
    long cr4 = cpu.run(new Instruction.MovFromCr(4))[0];
    cpu.run(new Instruction.MovToCr(4, enabled ? cr4 | Cr4.UINTR : cr4 & ~Cr4.UINTR));
  }

  /** Sets or clears CR4.UINTR of a guest. */
  public static void enable(Vcpu vcpu, boolean enabled) {
    long cr4 = vcpu.read(VmcsField.GUEST_CR4);
    vcpu.write(VmcsField.GUEST_CR4, enabled ? cr4 | Cr4.UINTR : cr4 & ~Cr4.UINTR);
  }

  /** The control quadword of a descriptor whose notifications go to a processor. */
  public long notifying(Cpu target, int vector) {
    return UserPostedInterruptDescriptor.control(
        vector, target.apicId(), cpu.lapic().mode() == ApicMode.X2APIC);
  }

  /** UIRR. */
  public long requests() {
    return cpu.rdmsr(Msr.IA32_UINTR_RR);
  }

  /** Replaces UIRR. */
  public void request(long vectors) {
    cpu.wrmsr(Msr.IA32_UINTR_RR, vectors);
  }

  /** Enters user mode. */
  public void enterUser() {
    cpu.run(new Instruction.EnterUser());
  }

  /** Enters user mode, and sets UIF there. */
  public void enterUserReceiving() {
    cpu.run(new Instruction.EnterUser(), new Instruction.Stui());
  }

  /** Leaves user mode. */
  public void leaveUser() {
    cpu.run(new Instruction.LeaveUser());
  }
}
