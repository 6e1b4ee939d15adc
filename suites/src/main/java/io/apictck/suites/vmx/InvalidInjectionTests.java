package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Cr0;
import io.apictck.arch.Exceptions;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Feature;
import io.apictck.suites.support.ControlProbe;
import io.apictck.suites.support.ErrorCodes;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The checks of event injection that kvm-unit-tests has, with its error codes and lengths (Intel
 * SDM Vol. 3C, "VM-Entry Control Fields" of "Checks on VMX Controls and Host-State Area").
 */
@Conformance
@Requires(Feature.VMX)
@SuppressWarnings("EnumOrdinal") // the numbers are those of the manual
final class InvalidInjectionTests {
  private static final int TYPES = 8;
  private static final int GP_WITH_CODE = 0x8000_0B0D;
  private static final int GP_WITHOUT_CODE = 0x8000_030D;

  private static final List<Integer> LENGTHS = List.of(-1, 16);

  private static ControlProbe probe(Cpu cpu) {
    return ControlProbe.of(cpu.vmx().newVcpu());
  }

  private static void expect(ControlProbe probe, int information, boolean accepted) {
    probe.expect(Injection.of(information).fields(), accepted);
  }

  /** Whether a hardware exception may have an error code that it should not have, or miss it. */
  private static boolean anyErrorCode(Cpu cpu) {
    return cpu.vmx().capabilities().basic().anyErrorCode();
  }

  @Test
  @Covers({"VMX-INJ-002", "VMX-INJ-003", "VMX-INJ-004"})
  @Ports({
    "KUT-VMX-EVI-001",
    "KUT-VMX-EVI-002",
    "KUT-VMX-EVI-003",
    "KUT-VMX-EVI-004",
    "KUT-VMX-EVI-005",
    "KUT-VMX-EVI-006"
  })
  void typesAndVectors(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    expect(probe, 0x8000_0100, false);
    expect(probe, 0x8000_0000, true);
    // what FRED makes of it is another matter
    if (!cpu.vmx().capabilities().basic().nestedExceptions()) {
      expect(probe, 0x8000_0701, false);
    }
    expect(probe, 0x8000_0200, false);
    expect(probe, 0x8000_0202, true);
    expect(probe, 0x8000_0320, false);
  }

  /** Without the control "unrestricted guest" CR0 does not count. */
  @Test
  @Covers({"VMX-INJ-006", "VMX-INJ-007"})
  @Ports({"KUT-VMX-EVI-007", "KUT-VMX-EVI-008"})
  void realModeWithoutUnrestrictedGuest(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    Vcpu vcpu = probe.vcpu();
    vcpu.write(VmcsField.GUEST_CR0, vcpu.read(VmcsField.GUEST_CR0) & ~(Cr0.PE | Cr0.PG));
    expect(probe, GP_WITHOUT_CODE, anyErrorCode(cpu));
    expect(probe, GP_WITH_CODE, true);
  }

  @Test
  @Requires({Feature.UNRESTRICTED_GUEST, Feature.EPT})
  @Covers({"VMX-INJ-006", "VMX-INJ-007"})
  @Ports({"KUT-VMX-EVI-009", "KUT-VMX-EVI-010"})
  void realModeWithUnrestrictedGuest(Cpu cpu) {
    ControlProbe probe = RealMode.unrestricted(cpu);
    Vcpu vcpu = probe.vcpu();
    long cr0 = vcpu.read(VmcsField.GUEST_CR0);
    vcpu.write(VmcsField.GUEST_CR0, cr0 & ~(Cr0.PE | Cr0.PG));
    expect(probe, GP_WITH_CODE, false);
    vcpu.write(VmcsField.GUEST_CR0, cr0);
    expect(probe, GP_WITHOUT_CODE, anyErrorCode(cpu));
  }

  @Test
  @Covers("VMX-INJ-006")
  @Ports("KUT-VMX-EVI-011")
  void errorCodesByType(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    for (int type = 0; type < TYPES; type++) {
      boolean exception = type == InterruptionType.HARDWARE_EXCEPTION.ordinal();
      probe.expect(
          Injection.of(type, Exceptions.GP).withErrorCode(!exception).fields(),
          exception && anyErrorCode(cpu));
    }
  }

  /** The exceptions that have an error code as well, which the original leaves out. */
  @Test
  @Sweep
  @Covers({"VMX-INJ-006", "VMX-INJ-007"})
  @Ports({"KUT-VMX-EVI-012", "KUT-VMX-EVI-013"})
  void errorCodesByVector(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    cases.range(
        0,
        ErrorCodes.LAST_EXCEPTION,
        vector -> {
          if (vector == ErrorCodes.CP) {
            return;
          }
          Injection right =
              Injection.of(InterruptionType.HARDWARE_EXCEPTION, vector)
                  .withErrorCode(ErrorCodes.has(vector));
          probe.expect(right.withErrorCode(!ErrorCodes.has(vector)).fields(), anyErrorCode(cpu));
          probe.expect(right.fields(), true);
        });
  }

  @Test
  @Covers({"VMX-INJ-005", "VMX-INJ-008"})
  @Ports({"KUT-VMX-EVI-014", "KUT-VMX-EVI-015"})
  void reservedBits(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    Injection good = Injection.of(GP_WITH_CODE);
    for (int bit = 12; bit <= 30; bit++) {
      if (bit != 13 || !cpu.vmx().capabilities().basic().nestedExceptions()) {
        probe.expect(good.with(1 << bit).fields(), false);
      }
    }
    for (int bit = 16; bit < Integer.SIZE; bit++) {
      probe.expect(good.withErrorCode(1 << bit).fields(), false);
    }
    probe.expect(good.fields(), true);
  }

  @Test
  @Covers("VMX-INJ-009")
  @Ports("KUT-VMX-EVI-016")
  void instructionLengths(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    for (InterruptionType type :
        List.of(
            InterruptionType.SOFTWARE_INTERRUPT,
            InterruptionType.SOFTWARE_EXCEPTION,
            InterruptionType.PRIVILEGED_SOFTWARE_EXCEPTION)) {
      for (int length : LENGTHS) {
        probe.expect(Injection.of(type, 0).withLength(length).fields(), false);
      }
      probe.expect(Injection.of(type, 0).fields(), true);
    }
  }

  @Test
  @Requires(Feature.MONITOR_TRAP_FLAG)
  @Covers({"VMX-INJ-003", "VMX-INJ-029"})
  @Ports("KUT-VMX-EVI-OTHER")
  void aPendingMonitorTrapExitsAtOnce(Cpu cpu) {
    Vcpu vcpu = cpu.vmx().newVcpu();
    long rip = vcpu.read(VmcsField.GUEST_RIP);
    vcpu.write(Injection.of(InterruptionType.OTHER_EVENT, 0).fields());
    assertThat(vcpu.enterUntilExit())
        .hasReason(ExitReason.MONITOR_TRAP_FLAG)
        .hasQualification(0)
        .hasNoIdtVectoring();
    assertThat(vcpu.read(VmcsField.GUEST_RIP)).as("guest RIP").isEqualTo(rip);
    assertThat(vcpu.read(VmcsField.ENTRY_INTERRUPTION_INFORMATION) & InterruptionInformation.VALID)
        .as("valid bit of the injection")
        .isZero();
    vcpu.enter();
    vcpu.leave();
  }
}
