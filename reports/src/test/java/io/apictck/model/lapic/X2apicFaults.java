package io.apictck.model.lapic;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.LvtEntry;
import io.apictck.arch.Msr;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Platform;
import java.util.List;

/** Faults in the MSRs of x2APIC mode. */
public final class X2apicFaults {
  private static final long ALL_32_BITS = 0xFFFF_FFFFL;

  private X2apicFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-084",
            "The mask bit of LVT entries is reserved in x2APIC mode",
            FaultyMachines.withMsrs(MaskBitReserved::new),
            "lapic.lvt.LvtCountTests",
            "lapic.timer.TimerModeTests"),
        PlantedFault.of(
            "BUG-116",
            "Reserved bits of SELF IPI are ignored",
            FaultyMachines.withMsrs(SelfIpiTruncated::new),
            "x2apic.ReservedBitTests",
            "kut.X2apicMsrTests"),
        PlantedFault.of(
            "BUG-117",
            "Bits 63:32 of 32-bit registers are ignored",
            FaultyMachines.withMsrs(HighHalfIgnored::new),
            "x2apic.ReservedBitTests",
            "kut.X2apicMsrTests"),
        PlantedFault.of(
            "BUG-118",
            "Write-only registers and reserved MSRs can be read",
            FaultyMachines.withMsrs(EverythingReadable::new),
            "x2apic.AccessKindTests",
            "x2apic.MsrMapTests"),
        PlantedFault.of(
            "BUG-120",
            "MSRs 900h to BFFh repeat the registers",
            X2apicFaults::repeatedRegisters,
            "x2apic.MsrMapTests"),
        PlantedFault.of(
            "BUG-129",
            "The arbitration priority can be read in x2APIC mode",
            FaultyMachines.withMsrs(ArbitrationPriorityReadable::new),
            "x2apic.MsrMapTests",
            "kut.X2apicMsrTests"),
        PlantedFault.of(
            "BUG-135",
            "Every write of the ICR faults in x2APIC mode",
            FaultyMachines.withMsrs(IcrWriteFaults::new),
            "x2apic.CommandTests",
            "x2apic.AccessKindTests"),
        PlantedFault.of(
            "BUG-137",
            "Reserved bits of the ICR are ignored in x2APIC mode",
            FaultyMachines.withMsrs(IcrReservedIgnored::new),
            "x2apic.ReservedBitTests",
            "lapic.icr.X2apicCommandRegisterTests"),
        PlantedFault.of(
            "BUG-140",
            "Reserved bits of 32-bit registers are ignored in x2APIC mode",
            FaultyMachines.withMsrs(ReservedIgnored::new),
            "x2apic.ReservedBitTests"),
        PlantedFault.of(
            "BUG-141",
            "LDR cannot be read in x2APIC mode",
            FaultyMachines.withMsrs(LdrUnreadable::new),
            "x2apic.IdentityTests",
            "x2apic.AccessKindTests"));
  }

  private static Platform repeatedRegisters(ModelConfiguration machine) {
    int last = Msr.X2APIC_FIRST + 0x3FF;
    return new ReferencePlatform(
        machine,
        (configuration, client) ->
            new ReferenceChipset(configuration, client) {
              @Override
              public boolean ownsMsr(int msr) {
                return super.ownsMsr(folded(msr));
              }

              @Override
              public long rdmsr(int cpu, int msr) {
                return super.rdmsr(cpu, folded(msr));
              }

              private int folded(int msr) {
                return msr >= Msr.X2APIC_FIRST && msr <= last
                    ? Msr.X2APIC_FIRST | (msr & 0xFF)
                    : msr;
              }
            });
  }

  private static final class MaskBitReserved extends X2apicMsrs {
    MaskBitReserved(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long allowedBits(LapicRegister register) {
      long bits = super.allowedBits(register);
      return register.isLvt() ? bits & ~LvtEntry.MASK : bits;
    }
  }

  private static final class SelfIpiTruncated extends X2apicMsrs {
    SelfIpiTruncated(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long allowedBits(LapicRegister register) {
      return register == LapicRegister.SELF_IPI ? -1 : super.allowedBits(register);
    }
  }

  private static final class HighHalfIgnored extends X2apicMsrs {
    HighHalfIgnored(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long allowedBits(LapicRegister register) {
      return super.allowedBits(register) | ~ALL_32_BITS;
    }
  }

  private static final class EverythingReadable extends X2apicMsrs {
    EverythingReadable(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long read(int msr) {
      LapicRegister register = LapicRegister.atOrNull(offset(msr));
      boolean absent = !access(register).readable();
      return absent && apic.mode() == ApicMode.X2APIC ? 0 : super.read(msr);
    }
  }

  private static final class ArbitrationPriorityReadable extends X2apicMsrs {
    ArbitrationPriorityReadable(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long read(int msr) {
      return msr == LapicRegister.APR.msr() && apic.mode() == ApicMode.X2APIC
          ? apic.arbitrationPriority()
          : super.read(msr);
    }
  }

  private static final class IcrWriteFaults extends X2apicMsrs {
    IcrWriteFaults(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    void write(int msr, long value) {
      if (msr == LapicRegister.ICR.msr()) {
        throw GeneralProtectionException.GP;
      }
      super.write(msr, value);
    }
  }

  private static final class IcrReservedIgnored extends X2apicMsrs {
    IcrReservedIgnored(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long allowedBits(LapicRegister register) {
      return register == LapicRegister.ICR ? -1 : super.allowedBits(register);
    }
  }

  private static final class ReservedIgnored extends X2apicMsrs {
    ReservedIgnored(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long allowedBits(LapicRegister register) {
      return register == LapicRegister.ICR ? super.allowedBits(register) : ALL_32_BITS;
    }
  }

  private static final class LdrUnreadable extends X2apicMsrs {
    LdrUnreadable(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long read(int msr) {
      if (msr == LapicRegister.LDR.msr()) {
        throw GeneralProtectionException.GP;
      }
      return super.read(msr);
    }
  }
}
