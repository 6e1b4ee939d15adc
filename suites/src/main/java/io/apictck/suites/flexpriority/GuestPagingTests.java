package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cr0;
import io.apictck.arch.Exceptions;
import io.apictck.arch.PageFaultCode;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.GuestPaging;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The APIC-access page behind the guest's own paging structures (Intel SDM Vol. 3C, "Priority of
 * APIC-Access VM Exits", "Virtualizing Memory-Mapped APIC Accesses").
 */
@Conformance
@Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
final class GuestPagingTests {
  private static final int VTPR = VirtualApicPage.VTPR;
  private static final int SVR = 0x0F0;
  private static final long READ_ONLY = PagingEntry.PRESENT | PagingEntry.USER;
  private static final long MARKS = PagingEntry.ACCESSED | PagingEntry.DIRTY;

  /** A guest that pages, its access page in a page of 4 KiB of its own. */
  private record Paged(ApicGuest apic, GuestPaging paging) {
    static Paged of(Cpu cpu, VmxControl... controls) {
      ApicGuest guest = ApicGuest.of(cpu, controls);
      GuestPaging paging = GuestPaging.identity(cpu);
      paging.map(guest.accessPage(), guest.accessPage());
      guest.vcpu().write(VmcsField.GUEST_CR3, paging.cr3());
      long cr0 = guest.vcpu().read(VmcsField.GUEST_CR0);
      guest.vcpu().write(VmcsField.GUEST_CR0, cr0 | Cr0.WP);
      return new Paged(guest, paging);
    }

    long page() {
      return apic.accessPage();
    }

    /** An access that exits for the page; the guest is behind it then, and has been left. */
    void exitsFor(Instruction access, ApicAccessType type, int offset) {
      apic.vcpu().enter();
      BlockRun run = apic.guest().start(access);
      VmExit exit = apic.vcpu().exit();
      assertThat(exit)
          .hasReason(ExitReason.APIC_ACCESS)
          .hasQualification(type.qualification(offset))
          .hasNoInterruption()
          .hasNoIdtVectoring()
          .isAt(run, 0);
      apic.vcpu().skip(exit);
    }

    /** An access that faults without a VM exit. */
    void faults(Instruction access, int errorCode, long address) {
      apic.vcpu().enter();
      assertThat(apic.guest().attempt(access)).raises(Exceptions.PF, errorCode);
      assertThat(apic.guest().run(new Instruction.MovFromCr(2))[0]).as("CR2").isEqualTo(address);
      apic.vcpu().leave();
    }
  }

  private static Paged guest(Cpu cpu) {
    return Paged.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }

  @Test
  @Covers({"FLEX-AA-010", "FLEX-AA-001"})
  void aWriteOfAReadOnlyPageFaults(Cpu cpu) {
    Paged guest = guest(cpu);
    long address = guest.page() + SVR;
    guest.paging().map(guest.page(), guest.page(), READ_ONLY);
    guest.exitsFor(new Instruction.Load(address, 4), ApicAccessType.READ, SVR);
    for (Instruction write :
        List.of(
            new Instruction.Store(address, 4, 0x1FF),
            new Instruction.LockedOr(address, 4, 0x1FF),
            new Instruction.Exchange(address, 4, 0x1FF))) {
      guest.faults(write, PageFaultCode.PRESENT | PageFaultCode.WRITE, address);
    }
    guest.paging().map(guest.page(), guest.page());
    guest.exitsFor(new Instruction.Store(address, 4, 0x1FF), ApicAccessType.WRITE, SVR);
  }

  @Test
  @Covers("FLEX-AA-010")
  void aPageThatIsNotPresentFaults(Cpu cpu) {
    Paged guest = guest(cpu);
    long address = guest.page() + VTPR;
    guest.paging().map(guest.page(), guest.page(), 0);
    guest.faults(new Instruction.Load(address, 4), 0, address);
    guest.faults(new Instruction.Store(address, 4, 0x20), PageFaultCode.WRITE, address);
  }

  @Test
  @Covers("FLEX-AA-010")
  void aPageFaultThatIsInterceptedExitsInstead(Cpu cpu) {
    Paged guest = guest(cpu);
    guest.paging().map(guest.page(), guest.page(), READ_ONLY);
    guest.apic().vcpu().write(VmcsField.EXCEPTION_BITMAP, 1 << Exceptions.PF);
    guest.apic().vcpu().enter();
    BlockRun run = guest.apic().guest().start(new Instruction.Store(guest.page() + SVR, 4, 0x1FF));
    VmExit exit = guest.apic().vcpu().exit();
    assertThat(exit)
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasQualification(guest.page() + SVR)
        .hasNoIdtVectoring()
        .isAt(run, 0);
    assertThat(exit.interruption())
        .as("VM-exit interruption information")
        .isEqualTo(
            InterruptionInformation.of(InterruptionType.HARDWARE_EXCEPTION, Exceptions.PF)
                .withErrorCode());
    assertThat(exit.interruptionErrorCode())
        .as("error code")
        .isEqualTo(PageFaultCode.PRESENT | PageFaultCode.WRITE);
    guest.apic().vcpu().skip(exit);
    guest.apic().vcpu().enter();
    guest.apic().vcpu().leave();
  }

  @Test
  @Covers("FLEX-AA-011")
  void readsMarkThePageAccessedBeforeTheyExit(Cpu cpu) {
    Paged guest = guest(cpu);
    guest.exitsFor(new Instruction.Load(guest.page() + SVR, 4), ApicAccessType.READ, SVR);
    assertThat(guest.paging().entry(guest.page()) & MARKS)
        .as("A and D")
        .isEqualTo(PagingEntry.ACCESSED);
  }

  @Test
  @Covers("FLEX-AA-011")
  void writesMarkThePageDirtyBeforeTheyExit(Cpu cpu) {
    Paged guest = guest(cpu);
    guest.exitsFor(new Instruction.Store(guest.page() + SVR, 4, 1), ApicAccessType.WRITE, SVR);
    assertThat(guest.paging().entry(guest.page()) & MARKS).as("A and D").isEqualTo(MARKS);
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers({"FLEX-AA-011", "FLEX-AA-003", "FLEX-AA-006"})
  void accessesThatAreVirtualizedMarkThePage(Cpu cpu) {
    Paged guest = Paged.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.USE_TPR_SHADOW);
    guest.apic().page().setVtpr(0x61);
    guest.apic().vcpu().enter();
    assertThat(guest.apic().guest().read32(guest.page() + VTPR)).as("VTPR").isEqualTo(0x61);
    guest.apic().vcpu().leave();
    assertThat(guest.paging().entry(guest.page()) & MARKS)
        .as("A and D after a read")
        .isEqualTo(PagingEntry.ACCESSED);
    guest.apic().vcpu().enter();
    guest.apic().guest().write32(guest.page() + VTPR, 0x72);
    guest.apic().vcpu().leave();
    assertThat(guest.apic().page().vtpr()).as("VTPR").isEqualTo(0x72);
    assertThat(guest.paging().entry(guest.page()) & MARKS)
        .as("A and D after a write")
        .isEqualTo(MARKS);
  }

  @Test
  @Covers("FLEX-AA-016")
  void anotherLinearAddressOfThePageBehavesTheSame(Cpu cpu) {
    Paged guest = guest(cpu);
    long alias = cpu.machine().newPage();
    guest.paging().map(alias, guest.page());
    guest.exitsFor(new Instruction.Load(alias + SVR, 4), ApicAccessType.READ, SVR);
    guest.exitsFor(new Instruction.Store(alias + VTPR, 4, 1), ApicAccessType.WRITE, VTPR);
  }

  @Test
  @Covers("FLEX-AA-016")
  void theAddressOfThePageMappedElsewhereIsOrdinaryMemory(Cpu cpu) {
    Paged guest = guest(cpu);
    long other = cpu.machine().newPage();
    cpu.write32(other + SVR, 0x1234_5678);
    guest.paging().map(guest.page(), other);
    guest.apic().vcpu().enter();
    assertThat(guest.apic().guest().read32(guest.page() + SVR))
        .as("what the other page holds")
        .isEqualTo(0x1234_5678);
    guest.apic().guest().write32(guest.page() + VTPR, 0x5A);
    guest.apic().vcpu().leave();
    assertThat(cpu.read32(other + VTPR)).as("what was written").isEqualTo(0x5A);
    assertThat(guest.apic().vcpu().entries()).as("entries").isEqualTo(1);
  }
}
