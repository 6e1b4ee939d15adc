package io.apictck.model.lapic;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.InterruptCommand;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.SpuriousInterruptVector;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;

/**
 * The registers of x2APIC mode, MSRs 800h to 8FFh (Intel SDM Vol. 3A, "x2APIC Register Address
 * Space" and "Reserved Bit Checking").
 *
 * <p>Supported: every register, with access kinds and reserved bits from {@link LapicRegister}; #GP
 * outside x2APIC mode.
 *
 * <p>Not supported: MSRs 900h to BFFh, which older manuals reserve, are not decoded here.
 *
 * <p>Open points, decided: read-only bits of LVT entries, bit 12 of the ICR and bit 9 of SVR may be
 * written as one and are ignored, as on Intel's processors. Reserved delivery modes and the
 * reserved timer mode do not raise #GP.
 */
class X2apicMsrs {
  final LocalApic apic;
  private final ModelConfiguration configuration;

  X2apicMsrs(LocalApic apic, ModelConfiguration configuration) {
    this.apic = apic;
    this.configuration = configuration;
  }

  long read(int msr) {
    LapicRegister register = LapicRegister.atOrNull(offset(msr));
    if (!access(register).readable()) {
      throw GeneralProtectionException.GP;
    }
    return register == LapicRegister.ICR
        ? apic.commands.command()
        : Integer.toUnsignedLong(apic.readRegister(register, msr - register.msr()));
  }

  void write(int msr, long value) {
    LapicRegister register = LapicRegister.atOrNull(offset(msr));
    if (!access(register).writable() || (value & ~allowedBits(register)) != 0) {
      throw GeneralProtectionException.GP;
    }
    switch (register) {
      case ICR -> apic.commands.write(value);
      case SELF_IPI -> apic.commands.selfIpi((int) value);
      default -> apic.writeRegister(register, (int) value);
    }
  }

  int offset(int msr) {
    return (msr - Msr.X2APIC_FIRST) << 4;
  }

  /** What may be done with a register now, null for a reserved MSR. */
  Access access(LapicRegister register) {
    return register == null || !apic.lvt.exists(register)
        ? Access.ABSENT
        : register.access(apic.mode() == ApicMode.X2APIC ? ApicMode.X2APIC : ApicMode.DISABLED);
  }

  /** The bits that may be written as one. */
  long allowedBits(LapicRegister register) {
    long bits = register.x2apicWritableBits();
    return switch (register) {
      case SVR ->
          bits
              | SpuriousInterruptVector.FOCUS_CHECKING
              | (configuration.has(Feature.EOI_BROADCAST_SUPPRESSION)
                  ? SpuriousInterruptVector.SUPPRESS_EOI_BROADCAST
                  : 0);
      case ICR -> bits | InterruptCommand.DELIVERY_STATUS;
      case LVT_TIMER, LVT_CMCI, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR ->
          (bits & apic.lvt.writableBits(register))
              | (register.definedBits() & LocalVectorTable.READ_ONLY);
      default -> bits;
    };
  }
}
