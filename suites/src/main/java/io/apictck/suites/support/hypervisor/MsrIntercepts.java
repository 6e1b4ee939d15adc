package io.apictck.suites.support.hypervisor;

import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.machine.Vcpu;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/** Which accesses to MSRs of the local APIC exit. */
final class MsrIntercepts {
  private static final int WRITES = 0x800;

  /** The thermal LVT entry of the rules: 834h. */
  private static final int LVT_834 = 0x834;

  private static final int RANGE_BYTES = 0x100 / Byte.SIZE;

  private MsrIntercepts() {}

  /** All of them, and the mode. */
  static void emulated(Vcpu vcpu) {
    fill(vcpu, -1);
    MsrBitmap bitmap = new MsrBitmap(vcpu.host(), vcpu.msrBitmap());
    bitmap.interceptReads(Msr.IA32_APIC_BASE, true);
    bitmap.interceptWrites(Msr.IA32_APIC_BASE, true);
  }

  /** Those that LAPIC pass-through keeps from the guest. */
  static void passedThrough(Vcpu vcpu) {
    fill(vcpu, 0);
    MsrBitmap bitmap = new MsrBitmap(vcpu.host(), vcpu.msrBitmap());
    bitmap.interceptReads(LapicRegister.ID.msr(), true);
    bitmap.interceptReads(LapicRegister.LDR.msr(), true);
    bitmap.interceptWrites(LapicRegister.ICR.msr(), true);
    bitmap.interceptReads(LVT_834, true);
    bitmap.interceptWrites(LVT_834, true);
  }

  /** Sets or clears the bits of 800h to 8FFh. */
  private static void fill(Vcpu vcpu, long bits) {
    long range = vcpu.msrBitmap() + Msr.X2APIC_FIRST / Byte.SIZE;
    List<Instruction> stores = new ArrayList<>();
    for (int offset = 0; offset < RANGE_BYTES; offset += Long.BYTES) {
      stores.add(new Instruction.Store(range + offset, Long.BYTES, bits));
      stores.add(new Instruction.Store(range + WRITES + offset, Long.BYTES, bits));
    }
    vcpu.host().run(stores);
  }
}
