package io.apictck.model.chipset;

import io.apictck.arch.ApicBase;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;

/**
 * What software would do to a local APIC, for chipsets that cannot do it in another way. An IPI
 * that is sent like that stays in the interrupt command register.
 */
final class ChipsetOrders {
  private static final int DESTINATION_SHIFT = 24;

  private ChipsetOrders() {}

  static boolean x2apic(Chipset chipset, int cpu) {
    return chipset.ownsMsr(Msr.IA32_APIC_BASE)
        && (chipset.rdmsr(cpu, Msr.IA32_APIC_BASE) & ApicBase.EXTD) != 0;
  }

  static void eoi(Chipset chipset, int cpu) {
    if (chipset.x2apic(cpu)) {
      chipset.wrmsr(cpu, LapicRegister.EOI.msr(), 0);
    } else {
      chipset.write(cpu, page(chipset, cpu) + LapicRegister.EOI.offset(), Integer.BYTES, 0);
    }
  }

  static void sendIpi(Chipset chipset, int cpu, int vector, int apicId) {
    if (chipset.x2apic(cpu)) {
      chipset.wrmsr(cpu, LapicRegister.ICR.msr(), (long) apicId << Integer.SIZE | vector);
      return;
    }
    long high = page(chipset, cpu) + LapicRegister.ICR_HIGH.offset();
    long before = chipset.read(cpu, high, Integer.BYTES);
    chipset.write(cpu, high, Integer.BYTES, (long) apicId << DESTINATION_SHIFT);
    chipset.write(cpu, page(chipset, cpu) + LapicRegister.ICR.offset(), Integer.BYTES, vector);
    chipset.write(cpu, high, Integer.BYTES, before);
  }

  static void commandIpi(Chipset chipset, int cpu, int vector, int apicId) {
    if (chipset.x2apic(cpu)) {
      chipset.wrmsr(cpu, LapicRegister.ICR.msr(), (long) apicId << Integer.SIZE | vector);
    } else {
      long page = page(chipset, cpu);
      chipset.write(
          cpu,
          page + LapicRegister.ICR_HIGH.offset(),
          Integer.BYTES,
          (long) apicId << DESTINATION_SHIFT);
      chipset.write(cpu, page + LapicRegister.ICR.offset(), Integer.BYTES, vector);
    }
  }

  private static long page(Chipset chipset, int cpu) {
    return chipset.ownsMsr(Msr.IA32_APIC_BASE)
        ? ApicBase.of(chipset.rdmsr(cpu, Msr.IA32_APIC_BASE)).address()
        : ApicBase.DEFAULT_ADDRESS;
  }
}
