package io.apictck.arch.vmx;

import java.util.Optional;

/** Basic exit reasons (Intel SDM Vol. 3D, "VMX Basic Exit Reasons"). */
public enum ExitReason {
  /** Reason 0: exception or nmi. */
  EXCEPTION_OR_NMI(0),
  /** Reason 1: external interrupt. */
  EXTERNAL_INTERRUPT(1),
  /** Reason 2: triple fault. */
  TRIPLE_FAULT(2),
  /** Reason 3: init signal. */
  INIT_SIGNAL(3),
  /** Reason 4: sipi. */
  SIPI(4),
  /** Reason 7: interrupt window. */
  INTERRUPT_WINDOW(7),
  /** Reason 8: nmi window. */
  NMI_WINDOW(8),
  /** Reason 9: task switch. */
  TASK_SWITCH(9),
  /** Reason 10: cpuid. */
  CPUID(10),
  /** Reason 12: hlt. */
  HLT(12),
  /** Reason 16: rdtsc. */
  RDTSC(16),
  /** Reason 18: vmcall. */
  VMCALL(18),
  /** Reason 19: vmclear. */
  VMCLEAR(19),
  /** Reason 20: vmlaunch. */
  VMLAUNCH(20),
  /** Reason 21: vmptrld. */
  VMPTRLD(21),
  /** Reason 22: vmptrst. */
  VMPTRST(22),
  /** Reason 23: vmread. */
  VMREAD(23),
  /** Reason 24: vmresume. */
  VMRESUME(24),
  /** Reason 25: vmwrite. */
  VMWRITE(25),
  /** Reason 26: vmxoff. */
  VMXOFF(26),
  /** Reason 27: vmxon. */
  VMXON(27),
  /** Reason 28: cr access. */
  CR_ACCESS(28),
  /** Reason 30: io instruction. */
  IO_INSTRUCTION(30),
  /** Reason 31: rdmsr. */
  RDMSR(31),
  /** Reason 32: wrmsr. */
  WRMSR(32),
  /** Reason 33: entry failure guest state. */
  ENTRY_FAILURE_GUEST_STATE(33),
  /** Reason 34: entry failure msr loading. */
  ENTRY_FAILURE_MSR_LOADING(34),
  /** Reason 36: mwait. */
  MWAIT(36),
  /** Reason 37: monitor trap flag. */
  MONITOR_TRAP_FLAG(37),
  /** Reason 39: monitor. */
  MONITOR(39),
  /** Reason 40: pause. */
  PAUSE(40),
  /** Reason 43: tpr below threshold. */
  TPR_BELOW_THRESHOLD(43),
  /** Reason 44: apic access. */
  APIC_ACCESS(44),
  /** Reason 45: virtualized eoi. */
  VIRTUALIZED_EOI(45),
  /** Reason 48: ept violation. */
  EPT_VIOLATION(48),
  /** Reason 49: ept misconfiguration. */
  EPT_MISCONFIGURATION(49),
  /** Reason 50: invept. */
  INVEPT(50),
  /** Reason 52: vmx preemption timer. */
  VMX_PREEMPTION_TIMER(52),
  /** Reason 56: apic write. */
  APIC_WRITE(56);

  /** Bit 31 of the exit-reason field: VM entry failed. */
  public static final int ENTRY_FAILURE = 1 << 31;

  private final int number;

  ExitReason(int number) {
    this.number = number;
  }

  /** Bits 15:0 of the exit-reason field. */
  public int number() {
    return number;
  }

  /** The reason with a number, if it is one of these. */
  public static Optional<ExitReason> of(int number) {
    for (ExitReason reason : values()) {
      if (reason.number == number) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }
}
