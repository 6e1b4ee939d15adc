package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.EptEntry;
import io.apictck.arch.vmx.EptViolation;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.Ept;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import org.junit.jupiter.api.Test;

/** The APIC-access page behind EPT (Intel SDM Vol. 3C, "Priority of APIC-Access VM Exits"). */
@Conformance
@Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.EPT})
final class EptTests {
  private static final int VTPR = VirtualApicPage.VTPR;
  private static final int SVR = 0x0F0;

  /** Bits that a violation always tells of the rights and of the access. */
  private static final long RIGHTS = EptEntry.RIGHTS << EptViolation.RIGHTS_SHIFT;

  private static final long OF_DATA = EptViolation.LINEAR | EptViolation.TRANSLATED;

  /** The guest is behind the instruction that exited then. */
  private static void assertAccess(ApicGuest guest, Instruction access, ApicAccessType type) {
    BlockRun run = guest.guest().start(access);
    VmExit exit = guest.vcpu().exit();
    assertThat(exit)
        .hasReason(ExitReason.APIC_ACCESS)
        .hasQualification(type.qualification(SVR))
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 0);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
  }

  /** An access to SVR that EPT forbids; the guest is behind it then. */
  private static void assertViolation(ApicGuest guest, Instruction access, long qualification) {
    long address = guest.accessPage() + SVR;
    BlockRun run = guest.guest().start(access);
    VmExit exit = guest.vcpu().exit();
    assertThat(exit)
        .hasReason(ExitReason.EPT_VIOLATION)
        .hasQualification(qualification | OF_DATA)
        .hasNoInterruption()
        .hasNoIdtVectoring()
        .isAt(run, 0);
    assertThat(exit.read(VmcsField.GUEST_PHYSICAL_ADDRESS))
        .as("guest-physical address")
        .isEqualTo(address);
    assertThat(exit.read(VmcsField.GUEST_LINEAR_ADDRESS))
        .as("guest linear address")
        .isEqualTo(address);
    guest.vcpu().skip(exit);
    guest.vcpu().enter();
  }

  @Test
  @Covers({"FLEX-AA-010", "FLEX-AA-001"})
  void aWriteThatEptForbidsIsAViolation(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long svr = guest.accessPage() + SVR;
    Ept ept = Ept.identity(cpu);
    ept.map(guest.accessPage(), guest.accessPage(), EptEntry.READ | EptEntry.EXECUTE);
    ept.enable(guest.vcpu());
    guest.vcpu().enter();
    assertAccess(guest, new Instruction.Load(svr, 4), ApicAccessType.READ);
    long readable = RIGHTS & ~(EptEntry.WRITE << EptViolation.RIGHTS_SHIFT);
    assertViolation(guest, new Instruction.Store(svr, 4, 1), EptViolation.WRITE | readable);
    guest.vcpu().leave();
  }

  @Test
  @Covers("FLEX-AA-010")
  void anAccessToAPageThatEptDoesNotMapIsAViolation(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long svr = guest.accessPage() + SVR;
    Ept ept = Ept.identity(cpu);
    ept.map(guest.accessPage(), guest.accessPage(), 0);
    ept.enable(guest.vcpu());
    guest.vcpu().enter();
    assertViolation(guest, new Instruction.Load(svr, 4), EptViolation.READ);
    assertViolation(guest, new Instruction.Store(svr, 4, 1), EptViolation.WRITE);
    guest.vcpu().leave();
  }

  @Test
  @Covers({"FLEX-AA-001", "FLEX-AA-016"})
  void anotherGuestPhysicalAddressOfThePageBehavesTheSame(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long alias = cpu.machine().newPage();
    Ept ept = Ept.identity(cpu);
    ept.map(guest.accessPage(), guest.accessPage());
    ept.map(alias, guest.accessPage());
    ept.enable(guest.vcpu());
    guest.vcpu().enter();
    for (long page : new long[] {guest.accessPage(), alias}) {
      assertAccess(guest, new Instruction.Load(page + SVR, 4), ApicAccessType.READ);
      assertAccess(guest, new Instruction.Store(page + SVR, 4, 1), ApicAccessType.WRITE);
    }
    guest.vcpu().leave();
  }

  @Test
  @Requires(Feature.TPR_SHADOW)
  @Covers({"FLEX-AA-003", "FLEX-AA-006", "FLEX-AA-016"})
  void anotherGuestPhysicalAddressOfThePageIsVirtualized(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.USE_TPR_SHADOW);
    long alias = cpu.machine().newPage();
    Ept ept = Ept.identity(cpu);
    ept.map(alias, guest.accessPage());
    ept.enable(guest.vcpu());
    guest.page().setVtpr(0x61);
    guest.vcpu().enter();
    assertThat(guest.guest().read32(alias + VTPR)).as("VTPR").isEqualTo(0x61);
    guest.guest().write32(alias + VTPR, 0x72);
    guest.vcpu().leave();
    assertThat(guest.page().vtpr()).as("VTPR").isEqualTo(0x72);
  }

  @Test
  @Covers("FLEX-AA-016")
  void theAddressOfThePageMappedElsewhereIsOrdinaryMemory(Cpu cpu) {
    ApicGuest guest = ApicGuest.of(cpu, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    long other = cpu.machine().newPage();
    cpu.write32(other + SVR, 0x1234_5678);
    Ept ept = Ept.identity(cpu);
    ept.map(guest.accessPage(), other);
    ept.enable(guest.vcpu());
    guest.vcpu().enter();
    assertThat(guest.guest().read32(guest.accessPage() + SVR))
        .as("what the other page holds")
        .isEqualTo(0x1234_5678);
    guest.vcpu().leave();
    assertThat(guest.vcpu().entries()).as("entries").isEqualTo(1);
  }
}
