package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.Msr;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/**
 * RDMSR and WRMSR of a guest (Intel SDM Vol. 3C, "Instructions That Cause VM Exits Conditionally",
 * "MSR-Bitmap Address", "Relative Priority of Faults and VM Exits").
 */
@Conformance
@OnMachine(processors = 2)
@Requires(value = Feature.VMX, stimuli = Stimulus.VM_ENTRY)
final class MsrInterceptionTests {
  private static final int X2APIC_TPR = 0x808;
  private static final int X2APIC_ID = 0x802;
  private static final int X2APIC_EOI = 0x80B;
  private static final int LAST_LOW = 0x1FFF;
  private static final int FIRST_HIGH = 0xC000_0000;
  private static final int WRITES = 0x800;
  private static final int HIGH = 0x400;

  private static void verifyExit(Vcpu vcpu, int msr, boolean write) {
    VmExit exit = vcpu.run(access(msr, write));
    assertThat(exit)
        .as("%s of MSR %xh", write ? "WRMSR" : "RDMSR", msr)
        .hasReason(write ? ExitReason.WRMSR : ExitReason.RDMSR)
        .hasQualification(0)
        .hasNoInterruption();
    vcpu.skip(exit);
  }

  private static Instruction access(int msr, boolean write) {
    return write ? new Instruction.Wrmsr(msr, 0) : new Instruction.Rdmsr(msr);
  }

  @Test
  @Covers("VMX-MSR-001")
  void withoutBitmapsAllExit(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    if (cpu.vmx().capabilities().allows(VmxControl.USE_MSR_BITMAPS)) {
      vcpu.clear(VmxControl.USE_MSR_BITMAPS);
    }
    int[] low = {0, Msr.IA32_TIME_STAMP_COUNTER, Msr.IA32_APIC_BASE, LAST_LOW};
    for (int msr : low) {
      verifyBoth(vcpu, msr);
    }
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      verifyBoth(vcpu, msr);
    }
    verifyBoth(vcpu, FIRST_HIGH);
    verifyBoth(vcpu, FIRST_HIGH + LAST_LOW);
  }

  private static void verifyBoth(Vcpu vcpu, int msr) {
    vcpu.enter();
    verifyExit(vcpu, msr, false);
    vcpu.enter();
    verifyExit(vcpu, msr, true);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.MSR_BITMAPS)
  @Covers("VMX-MSR-002")
  void bitInterceptsItsAccessAlone(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    long bitmap = vcpu.msrBitmap();
    cpu.run(new Instruction.Store(bitmap + 0x101, 1, 1));
    vcpu.enter();
    verifyExit(vcpu, X2APIC_TPR, false);
    vcpu.resume();
    vcpu.guest().wrmsr(X2APIC_TPR, 0x20);
    vcpu.guest().rdmsr(X2APIC_ID);
    vcpu.leave();
    assertThat(cpu.lapic()).hasTpr(0x20);
    cpu.run(new Instruction.Store(bitmap + 0x101, 1, 0));
    cpu.run(new Instruction.Store(bitmap + 0x901, 1, 1));
    vcpu.resume();
    verifyExit(vcpu, X2APIC_TPR, true);
    vcpu.resume();
    assertThat(vcpu.guest().rdmsr(X2APIC_TPR)).as("TPR, read by the guest").isEqualTo(0x20);
    vcpu.guest().wrmsr(X2APIC_EOI, 0);
    vcpu.leave();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.MSR_BITMAPS)
  @Covers("VMX-MSR-002")
  void accessWithoutItsBitDoesNotExit(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    long bitmap = vcpu.msrBitmap();
    for (int offset = 0; offset < PagingEntry.PAGE; offset += 8) {
      cpu.run(new Instruction.Store(bitmap + offset, 8, -1));
    }
    MsrBitmap msrs = new MsrBitmap(cpu, bitmap);
    msrs.interceptReads(X2APIC_TPR, false);
    vcpu.enter();
    vcpu.guest().rdmsr(X2APIC_TPR);
    verifyExit(vcpu, X2APIC_TPR, true);
    msrs.interceptReads(X2APIC_TPR, true);
    msrs.interceptWrites(X2APIC_TPR, false);
    vcpu.resume();
    vcpu.guest().wrmsr(X2APIC_TPR, 0x30);
    verifyExit(vcpu, X2APIC_TPR, false);
    assertThat(cpu.lapic()).hasTpr(0x30);
  }

  @Test
  @Sweep
  @Requires(Feature.MSR_BITMAPS)
  @Covers("VMX-MSR-002")
  void eachMsrHasABit(Cpu cpu, Cases cases) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    long bitmap = vcpu.msrBitmap();
    // all bits of a byte differ, and so do the four bitmaps
    cases.range(
        0,
        4 * 256 - 1,
        number -> {
          boolean high = (number & 1) != 0;
          boolean write = (number & 2) != 0;
          int index = (number >>> 2) * 33 & LAST_LOW;
          long place = bitmap + (write ? WRITES : 0) + (high ? HIGH : 0) + index / 8;
          cpu.run(new Instruction.Store(place, 1, 1L << index % 8));
          vcpu.enter();
          verifyExit(vcpu, (high ? FIRST_HIGH : 0) + index, write);
          cpu.run(new Instruction.Store(place, 1, 0));
        });
  }

  @Test
  @Covers("VMX-MSR-003")
  void othersAlwaysExit(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    for (int msr :
        new int[] {
          LAST_LOW + 1, 0x4000_0000, FIRST_HIGH - 1, FIRST_HIGH + LAST_LOW + 1, 0xFFFF_FFFF
        }) {
      verifyBoth(vcpu, msr);
    }
  }

  @Test
  @Requires(Feature.MSR_BITMAPS)
  @Covers("VMX-MSR-004")
  void exitComesBeforeTheFaultOfAMissingMsr(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    MsrBitmap msrs = new MsrBitmap(cpu, vcpu.msrBitmap());
    // in xAPIC mode there is no such MSR
    vcpu.enter();
    assertThat(vcpu.guest().attempt(new Instruction.Rdmsr(X2APIC_ID))).raisesGeneralProtection();
    vcpu.leave();
    msrs.interceptReads(X2APIC_ID, true);
    vcpu.enter();
    verifyExit(vcpu, X2APIC_ID, false);
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires({
    Feature.MSR_BITMAPS,
    Feature.VIRTUALIZE_X2APIC_MODE,
    Feature.VIRTUAL_INTERRUPT_DELIVERY
  })
  @Covers("VMX-MSR-004")
  void exitComesBeforeVirtualization(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    new MsrBitmap(cpu, guest.vcpu().msrBitmap()).interceptWrites(X2APIC_EOI, true);
    guest.page().setVisr(VectorSet.of(0x61));
    guest.setInterruptStatus(0, 0x61);
    guest.vcpu().enter();
    verifyExit(guest.vcpu(), X2APIC_EOI, true);
    assertThat(guest.svi()).as("SVI").isEqualTo(0x61);
    assertThat(guest.page().visr()).isEqualTo(VectorSet.of(0x61));
  }

  @Test
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("VMX-MSR-004")
  void faultOfUserModeComesBeforeTheExit(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu().clear(VmxControl.USE_MSR_BITMAPS).enter();
    vcpu.guest().run(new Instruction.EnterUser());
    assertThat(vcpu.guest().attempt(new Instruction.Rdmsr(X2APIC_ID))).raisesGeneralProtection();
    assertThat(vcpu.guest().attempt(new Instruction.Wrmsr(X2APIC_TPR, 0)))
        .raisesGeneralProtection();
    vcpu.guest().run(new Instruction.LeaveUser());
  }
}
