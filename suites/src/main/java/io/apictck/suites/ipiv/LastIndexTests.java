package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PostedInterruptDescriptor;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.InMode;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The last PID-pointer index (Intel SDM Vol. 3C, "IPI Virtualization"). */
@Conformance
@InMode(ApicMode.X2APIC)
@Requires({Feature.IPI_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
final class LastIndexTests {
  private static final int VECTOR = 0x61;
  private static final int ICR_LOW = 0x300;

  private static Instruction ipi(int destination) {
    return new Instruction.Wrmsr(LapicRegister.ICR.msr(), (long) destination << 32 | VECTOR);
  }

  /** The page has entries behind the last one: they point to the descriptor, too. */
  @Test
  @Covers("IPIV-CHK-006")
  void isTheLastEntryThatIsUsed(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.IPI_VIRTUALIZATION, VmxControl.VIRTUALIZE_X2APIC_MODE);
    for (int last : List.of(0, 1, ApicGuest.LAST_INDEX, 0x101)) {
      guest.vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, last);
      guest.table().point(last, guest.descriptor());
      guest.table().point(last + 1, guest.descriptor());
      // nothing is sent
      guest.descriptor().setControl(PostedInterruptDescriptor.SN);
      guest.descriptor().setPir(new VectorSet());
      guest.vcpu().enter();
      guest.guest().run(ipi(last));
      guest.vcpu().leave();
      assertThat(guest.descriptor().pir()).as("PIR").isEqualTo(VectorSet.of(VECTOR));
      guest.descriptor().setPir(new VectorSet());
      guest.vcpu().enter();
      VmExit exit = guest.vcpu().run(ipi(last + 1));
      assertThat(exit).hasReason(ExitReason.APIC_WRITE).hasQualification(ICR_LOW);
      assertThat(guest.descriptor().pir()).as("PIR").isEqualTo(new VectorSet());
    }
  }
}
