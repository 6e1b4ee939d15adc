package io.apictck.model.processor.vmx;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;

/**
 * RDMSR and WRMSR of 800h to 8FFh with "virtualize x2APIC mode" (Intel SDM Vol. 3C, "Virtualizing
 * MSR-Based APIC Accesses"). The mode of the physical local APIC does not matter to accesses that
 * are virtualized.
 */
final class X2apicAccesses {
  private final ApicControls controls;
  private final VirtualApicRegisters registers;
  private final VirtualInterrupts interrupts;
  private final IpiVirtualization ipis;
  private final ApicVirtualizationDecisions decisions;

  X2apicAccesses(
      ApicControls controls,
      VirtualApicRegisters registers,
      VirtualInterrupts interrupts,
      IpiVirtualization ipis,
      ApicVirtualizationDecisions decisions) {
    this.controls = controls;
    this.registers = registers;
    this.interrupts = interrupts;
    this.ipis = ipis;
    this.decisions = decisions;
  }

  ApicOutcome read(int msr) {
    int offset = offset(msr);
    return isMsrOfApic(msr)
            && controls.x2apicMode
            && (controls.registers || offset == VirtualApicPage.VTPR)
        ? ApicOutcome.value(registers.read(offset, Long.BYTES))
        : ApicOutcome.PASSED;
  }

  ApicOutcome write(int msr, long value) {
    int offset = offset(msr);
    if (!isMsrOfApic(msr) || !virtualizesWrite(offset)) {
      return ApicOutcome.PASSED;
    }
    if ((value & decisions.reservedBits(msr)) != 0) {
      return ApicOutcome.FAULT;
    }
    registers.write(offset, Long.BYTES, value);
    return switch (offset) {
      case VirtualApicPage.VTPR -> interrupts.virtualizeTaskPriority();
      case VirtualApicPage.VEOI -> interrupts.endOfInterrupt();
      case VirtualApicPage.SELF_IPI -> selfIpi((int) value);
      default -> ipis.command((int) value, (int) (value >>> Integer.SIZE));
    };
  }

  private boolean virtualizesWrite(int offset) {
    return controls.x2apicMode
        && switch (offset) {
          case VirtualApicPage.VTPR -> true;
          case VirtualApicPage.VEOI, VirtualApicPage.SELF_IPI -> controls.interruptDelivery;
          case VirtualApicPage.VICR_LO -> controls.ipis;
          default -> false;
        };
  }

  private ApicOutcome selfIpi(int vector) {
    if (!decisions.isLegal(vector)) {
      return ApicOutcome.trapExit(ExitReason.APIC_WRITE, VirtualApicPage.SELF_IPI);
    }
    interrupts.selfIpi(vector);
    return ApicOutcome.DONE;
  }

  private static boolean isMsrOfApic(int msr) {
    return msr >= Msr.X2APIC_FIRST && msr <= Msr.X2APIC_LAST;
  }

  private static int offset(int msr) {
    return (msr - Msr.X2APIC_FIRST) << 4;
  }
}
