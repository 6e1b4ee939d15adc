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
            "BUG-080",
            "Bytes 4 to 15 behind a register read as the next register",
            FaultyMachines.withPage(NeighbourRead::new)),
        PlantedFault.of(
            "BUG-083",
            "Delivery status and remote IRR of LVT entries can be written",
            FaultyMachines.withLvt(ReadOnlyBitsWritable::new)),
        PlantedFault.crash(
            "BUG-085",
            "A read of the EOI register aborts the implementation",
            FaultyMachines.withPage(EoiReadAborts::new)));
  }

  private static final class NeighbourRead extends XapicPage {
    private static final int SLOT = 0x10;

    NeighbourRead(LocalApic apic) {
      super(apic);
    }

    @Override
    long read(int offset, int width) {
      int inSlot = offset & SLOT - 1;
      return inSlot < Integer.BYTES
          ? super.read(offset, width)
          : super.read(offset - inSlot + SLOT, Integer.BYTES);
    }
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
