package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.Rflags;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.Ept;
import io.apictck.machine.vmx.GuestPaging;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Page tables of a guest that lie in the APIC-access page (Intel SDM Vol. 3C, "APIC Accesses Not
 * Directly Resulting From Linear Addresses").
 */
@Conformance
@Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.EPT})
final class PagingStructureTests {
  private static final int INJECTED = 0x51;

  /** 2 MiB of linear addresses that nothing is at. */
  private static final long REGION = 0xBFE0_0000L;

  private static final List<Integer> ENTRIES =
      List.of(0, VirtualApicPage.VTPR, VirtualApicPage.VEOI, VirtualApicPage.VICR_LO, 0xFF8);

  /** A guest whose page table for {@link #REGION} is the APIC-access page. */
  private static ApicGuest guest(Cpu cpu, VmxControl... controls) {
    ApicGuest guest = ApicGuest.of(cpu, controls);
    GuestPaging paging = GuestPaging.identity(cpu);
    paging.moveTable(REGION, guest.accessPage());
    guest.vcpu().write(VmcsField.GUEST_CR3, paging.cr3());
    Ept ept = Ept.identity(cpu);
    ept.map(guest.accessPage(), guest.accessPage());
    ept.enable(guest.vcpu());
    return guest;
  }

  /** A linear address whose entry is at an offset in the page. */
  private static long translatedBy(int offset) {
    return REGION + (long) offset / Long.BYTES * PagingEntry.PAGE;
  }

  private static void assertWalk(VmExit exit, ApicAccessType type) {
    assertThat(exit).hasReason(ExitReason.APIC_ACCESS).hasNoInterruption();
    // where in the page is not defined
    assertThat(exit.qualification() >>> 12).as("access type").isEqualTo(type.number());
  }

  private static void verifyWalks(Cpu cpu, Cases cases, VmxControl... controls) {
    ApicGuest guest = guest(cpu, controls);
    guest.vcpu().enter();
    cases.each(
        ENTRIES,
        offset -> {
          long address = translatedBy(offset);
          for (Instruction access :
              List.of(new Instruction.Load(address, 4), new Instruction.Store(address, 4, 0))) {
            BlockRun run = guest.guest().start(access);
            VmExit exit = guest.vcpu().exit();
            assertWalk(exit, ApicAccessType.PHYSICAL_EXECUTION);
            assertThat(exit).hasNoIdtVectoring().isAt(run, 0);
            guest.vcpu().skip(exit);
            guest.vcpu().enter();
          }
        });
    guest.vcpu().leave();
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-014")
  void aWalkForAnInstructionExits(Cpu cpu, Cases cases) {
    verifyWalks(cpu, cases, VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }

  @Test
  @Sweep
  @Requires({Feature.TPR_SHADOW, Feature.APIC_REGISTER_VIRTUALIZATION})
  @Covers("FLEX-AA-014")
  void aWalkIsNeverVirtualized(Cpu cpu, Cases cases) {
    verifyWalks(
        cpu, cases, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.APIC_REGISTER_VIRTUALIZATION);
  }

  @Test
  @Covers({"FLEX-AA-014", "FLEX-AA-002"})
  void aWalkForAFetchExits(Cpu cpu) {
    ApicGuest guest = guest(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long rip = translatedBy(VirtualApicPage.VTPR);
    guest.vcpu().enterAt(rip);
    VmExit exit = guest.vcpu().exit();
    assertWalk(exit, ApicAccessType.PHYSICAL_EXECUTION);
    assertThat(exit).hasNoIdtVectoring();
    assertThat(exit.rip()).as("guest RIP").isEqualTo(rip);
    guest.vcpu().restart();
  }

  @Test
  @Covers({"FLEX-AA-014", "FLEX-AA-013"})
  void aWalkForTheFrameOfAnEventExits(Cpu cpu) {
    ApicGuest guest = guest(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    guest.vcpu().write(VmcsField.GUEST_RSP, translatedBy(0) + 0x800);
    guest.vcpu().write(VmcsField.GUEST_RFLAGS, Rflags.FIXED | Rflags.IF);
    guest
        .vcpu()
        .write(
            VmcsField.ENTRY_INTERRUPTION_INFORMATION,
            Integer.toUnsignedLong(
                InterruptionInformation.of(InterruptionType.EXTERNAL_INTERRUPT, INJECTED).raw()));
    VmExit exit = guest.vcpu().enterUntilExit();
    assertWalk(exit, ApicAccessType.PHYSICAL_EVENT_DELIVERY);
    assertThat(exit).hasIdtVectoring(InterruptionType.EXTERNAL_INTERRUPT, INJECTED);
    guest.vcpu().restart();
  }
}
