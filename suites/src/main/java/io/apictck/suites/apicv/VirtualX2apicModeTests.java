package io.apictck.suites.apicv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InEachApicMode;
import io.apictck.junit.InMode;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.MsrBitmap;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** MSRs with meaning of their own (Intel SDM Vol. 3C, "Virtualizing MSR-Based APIC Accesses"). */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.MSR_BITMAPS, Feature.VIRTUALIZE_X2APIC_MODE})
final class VirtualX2apicModeTests {
  private static final int VECTOR = 0x61;
  private static final long PATTERN = 0x1122_3344_5566_7788L;
  private static final int TPR = LapicRegister.TPR.msr();
  private static final int EOI = LapicRegister.EOI.msr();
  private static final int FIRST_RESERVED_BIT = 8;

  private static ApicGuest guest(Cpu cpu, VmxControl... more) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE);
    guest.vcpu().set(more);
    return guest;
  }

  @InEachApicMode
  @Covers("APICV-X2-001")
  void rdmsrOfTheTaskPriorityGivesEightBytesOfThePage(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write64(VirtualApicPage.VTPR, PATTERN);
    guest.vcpu().enter();
    assertThat(guest.guest().rdmsr(TPR)).as("MSR 808h").isEqualTo(PATTERN);
    guest.vcpu().leave();
  }

  @InEachApicMode
  @Sweep
  @Covers({"APICV-X2-005", "APICV-X2-008"})
  void wrmsrOfTheTaskPriorityStoresEightBytesOrFaults(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    cases.range(
        0,
        Long.SIZE - 1,
        bit -> {
          guest.page().write64(VirtualApicPage.VTPR, PATTERN);
          guest.vcpu().enter();
          Instruction write = new Instruction.Wrmsr(TPR, 1L << bit | 1);
          if (bit < FIRST_RESERVED_BIT) {
            guest.guest().run(write);
          } else {
            assertThat(guest.guest().attempt(write)).raisesGeneralProtection();
          }
          guest.vcpu().leave();
          assertThat(guest.page().read64(VirtualApicPage.VTPR))
              .as("eight bytes of VTPR")
              .isEqualTo(bit < FIRST_RESERVED_BIT ? 1L << bit | 1 : PATTERN);
        });
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Covers({"APICV-X2-006", "APICV-X2-007"})
  void withoutInterruptDeliveryEoiIsThatOfThePhysicalLocalApic(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    cpu.cli();
    assertThat(cpu.lapic()).isServicing(VECTOR);
    guest.vcpu().enter();
    guest.guest().wrmsr(EOI, 0);
    guest.vcpu().leave();
    assertThat(cpu.lapic()).isIdle();
    cpu.iret();
    cpu.cli();
  }

  @Test
  @InMode(ApicMode.X2APIC)
  @Requires(Feature.VIRTUAL_INTERRUPT_DELIVERY)
  @Covers({"APICV-X2-012", "APICV-X2-008", "APICV-EOI-006"})
  void wrmsrOfEoiExitsBehindItAndLeavesThePhysicalLocalApic(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.VIRTUALIZE_X2APIC_MODE, VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    cpu.sti();
    cpu.lapic().sendSelfIpi(VECTOR);
    cpu.takeInterrupt(VECTOR);
    VectorSet service = new VectorSet();
    service.setWord(VECTOR >>> 5, 1 << VECTOR);
    guest.page().setVisr(service);
    guest.setInterruptStatus(0, VECTOR);
    guest.vcpu().write(VmcsField.EOI_EXIT_BITMAP_1, 1L << VECTOR);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(new Instruction.Wrmsr(EOI, 0), new Instruction.Vmcall());
    assertThat(guest.vcpu().exit())
        .hasReason(ExitReason.VIRTUALIZED_EOI)
        .hasQualification(VECTOR)
        .isAt(run, 1);
    assertThat(guest.page().visr()).isEmptySet();
    guest.vcpu().enter();
    guest.vcpu().skip(guest.vcpu().exit(ExitReason.VMCALL));
    assertThat(cpu.lapic()).isServicing(VECTOR);
    cpu.finishInterrupt();
    cpu.cli();
  }

  @InEachApicMode
  @Sweep
  @Covers("APICV-X2-009")
  void interceptedAccessesExitInsteadOfBeingVirtualized(Cpu cpu, Cases cases) {
    ApicGuest guest = guest(cpu);
    guest.page().write64(VirtualApicPage.VTPR, PATTERN);
    MsrBitmap bitmap = new MsrBitmap(cpu, guest.vcpu().msrBitmap());
    for (int msr = Msr.X2APIC_FIRST; msr <= Msr.X2APIC_LAST; msr++) {
      bitmap.interceptReads(msr, true);
      bitmap.interceptWrites(msr, true);
    }
    int[] before = guest.page().image();
    guest.vcpu().enter();
    cases.range(
        Msr.X2APIC_FIRST,
        Msr.X2APIC_LAST,
        msr -> {
          intercepted(guest, new Instruction.Rdmsr(msr), ExitReason.RDMSR);
          intercepted(guest, new Instruction.Wrmsr(msr, 0x20), ExitReason.WRMSR);
        });
    guest.vcpu().leave();
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(before);
  }

  private static void intercepted(ApicGuest guest, Instruction access, ExitReason reason) {
    BlockRun run = guest.guest().start(access);
    VmExit exit = guest.vcpu().exit();
    assertThat(exit).hasReason(reason).hasQualification(0).isAt(run, 0);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
  }

  @InEachApicMode
  @Requires(stimuli = Stimulus.USER_MODE)
  @Covers("APICV-X2-010")
  void userModeFaultsBeforeAnythingIsVirtualized(Cpu cpu) {
    ApicGuest guest = guest(cpu);
    guest.page().write64(VirtualApicPage.VTPR, PATTERN);
    guest.vcpu().enter();
    guest.guest().run(new Instruction.EnterUser());
    for (Instruction access :
        List.of(new Instruction.Rdmsr(TPR), new Instruction.Wrmsr(TPR, 0x20))) {
      assertThat(guest.guest().attempt(access)).raisesGeneralProtection();
    }
    guest.guest().run(new Instruction.LeaveUser());
    guest.vcpu().leave();
    assertThat(guest.page().read64(VirtualApicPage.VTPR)).as("VTPR").isEqualTo(PATTERN);
  }
}
