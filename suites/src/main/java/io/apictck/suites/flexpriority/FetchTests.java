package io.apictck.suites.flexpriority;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Instruction fetches from the APIC-access page (Intel SDM Vol. 3C, "Virtualizing Reads from the
 * APIC-Access Page").
 */
@Conformance
@Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
final class FetchTests {
  private static final List<Integer> OFFSETS =
      List.of(0, VirtualApicPage.VTPR, VirtualApicPage.VEOI, VirtualApicPage.VICR_LO, 0xFF0);

  private static void verifyExits(Cpu cpu, Cases cases, VmxControl... controls) {
    ApicGuest guest = ApicGuest.of(cpu, controls);
    guest.vcpu().enter();
    guest.vcpu().leave();
    long good = guest.vcpu().read(VmcsField.GUEST_RIP);
    cases.each(
        OFFSETS,
        offset -> {
          guest.vcpu().enterAt(guest.accessPage() + offset);
          VmExit exit = guest.vcpu().exit();
          assertThat(exit)
              .hasReason(ExitReason.APIC_ACCESS)
              .hasQualification(ApicAccessType.FETCH.qualification(offset))
              .hasNoInterruption()
              .hasNoIdtVectoring();
          assertThat(exit.rip()).as("guest RIP").isEqualTo(guest.accessPage() + offset);
        });
    guest.vcpu().enterAt(good);
    guest.vcpu().leave();
  }

  @Test
  @Sweep
  @Covers({"FLEX-AA-002", "FLEX-AA-009"})
  void withoutAnythingVirtualizedTheyExit(Cpu cpu, Cases cases) {
    verifyExits(cpu, cases, VmxControl.VIRTUALIZE_APIC_ACCESSES);
  }

  @Test
  @Sweep
  @Requires(Feature.TPR_SHADOW)
  @Covers({"FLEX-AA-002", "FLEX-AA-009"})
  void withTheTprShadowTheyExit(Cpu cpu, Cases cases) {
    verifyExits(cpu, cases, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.USE_TPR_SHADOW);
  }

  @Test
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers({"FLEX-AA-002", "FLEX-AA-009"})
  void withRegistersVirtualizedTheyExit(Cpu cpu, Cases cases) {
    verifyExits(
        cpu, cases, VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.APIC_REGISTER_VIRTUALIZATION);
  }
}
