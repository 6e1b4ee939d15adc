package io.apictck.model.lapic;

import io.apictck.arch.LapicRegister;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import java.util.List;

/** Faults in how registers are read and written in both modes or in xAPIC mode. */
public final class RegisterFaults {
  private RegisterFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-083",
            "Delivery status and remote IRR of LVT entries can be written",
            FaultyMachines.withLvt(ReadOnlyBitsWritable::new),
            "lapic.lvt.LvtRegisterTests",
            "lapic.registers.WritableRegisterTests"),
        PlantedFault.crash(
            "BUG-085",
            "A read of the EOI register aborts the implementation",
            FaultyMachines.withPage(EoiReadAborts::new),
            "lapic.registers.EoiRegisterTests",
            "lapic.registers.ReadOnlyRegisterTests"));
  }

  private static final class ReadOnlyBitsWritable extends LocalVectorTable {
    ReadOnlyBitsWritable(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    int writableBits(LapicRegister register) {
      return super.writableBits(register) | (register.definedBits() & READ_ONLY);
    }
  }

  private static final class EoiReadAborts extends XapicPage {
    EoiReadAborts(LocalApic apic) {
      super(apic);
    }

    @Override
    int read(int offset) {
      if (LapicRegister.atOrNull(offset) == LapicRegister.EOI) {
        throw new IllegalStateException("the EOI register was read");
      }
      return super.read(offset);
    }
  }
}
