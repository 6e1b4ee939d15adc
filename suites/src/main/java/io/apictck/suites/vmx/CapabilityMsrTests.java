package io.apictck.suites.vmx;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.VmxBasic;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Attempt;
import io.apictck.machine.Cpu;
import io.apictck.machine.Hex;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the capability MSRs say (Intel SDM Vol. 3D, "VMX Capability Reporting Facility"). */
@Conformance
@Requires(Feature.VMX)
final class CapabilityMsrTests {
  /** In the order of their numbers: traces are the same in each run. */
  private static final SortedMap<Integer, ControlVector> OLD =
      new TreeMap<>(
          Map.of(
              Msr.IA32_VMX_PINBASED_CTLS, ControlVector.PIN,
              Msr.IA32_VMX_PROCBASED_CTLS, ControlVector.PRIMARY,
              Msr.IA32_VMX_EXIT_CTLS, ControlVector.EXIT,
              Msr.IA32_VMX_ENTRY_CTLS, ControlVector.ENTRY));

  private static final List<Integer> TRUE =
      IntStream.rangeClosed(Msr.IA32_VMX_TRUE_PINBASED_CTLS, Msr.IA32_VMX_TRUE_ENTRY_CTLS)
          .boxed()
          .toList();

  private static final long LOW_HALF = 0xFFFF_FFFFL;

  private static boolean exists(Cpu cpu, int msr) {
    return cpu.attempt(new Instruction.Rdmsr(msr)) instanceof Attempt.Succeeded;
  }

  private static Stream<Integer> withAllowedSettings(Cpu cpu) {
    boolean trueControls = cpu.vmx().capabilities().basic().trueControls();
    return Stream.concat(OLD.keySet().stream(), trueControls ? TRUE.stream() : Stream.empty());
  }

  @Test
  @Covers("VMX-CAP-001")
  void whatMustBeOneMayBeOne(Cpu cpu) {
    withAllowedSettings(cpu)
        .forEach(msr -> {
          long value = cpu.rdmsr(msr);
          assertThat(Hex.dword((int) (value & ~(value >>> 32))))
              .as("controls of MSR %x that must and may not be 1", msr)
              .isEqualTo(Hex.dword(0));
        });
  }

  @Test
  @Covers("VMX-CAP-003")
  void default1ControlsMustBeOneByTheOldMsrs(Cpu cpu) {
    OLD.forEach((msr, vector) ->
        assertThat(Hex.dword((int) cpu.rdmsr(msr) & vector.default1()))
            .as("default1 controls %s that MSR %x says must be 1", vector, msr)
            .isEqualTo(Hex.dword(vector.default1())));
  }

  @Test
  @Covers("VMX-CAP-004")
  void trueMsrsExistAsBit55Says(Cpu cpu) {
    boolean expected = new VmxBasic(cpu.rdmsr(Msr.IA32_VMX_BASIC)).trueControls();
    for (int msr : TRUE) {
      assertThat(exists(cpu, msr)).as("MSR %x exists", msr).isEqualTo(expected);
    }
  }

  @Test
  @OnMachine(without = Feature.VMX_TRUE_CONTROLS)
  @Covers("VMX-CAP-004")
  void withoutBit55ThereAreNoTrueMsrs(Cpu cpu) {
    for (int msr : TRUE) {
      assertThat(cpu.attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
    }
  }

  private static void existsWith(Cpu cpu, VmxControl activation, int msr) {
    assertThat(exists(cpu, msr))
        .as("MSR %x exists", msr)
        .isEqualTo(cpu.vmx().capabilities().allows(activation));
  }

  @Test
  @Covers("VMX-CAP-005")
  void msrsOfFurtherControlsExistWhereTheyCanBeActivated(Cpu cpu) {
    verifyFurtherControls(cpu);
  }

  /** Processors that cannot activate tertiary controls, and where they have none secondary ones. */
  @Test
  @OnMachine(without = Feature.IPI_VIRTUALIZATION)
  @Covers("VMX-CAP-005")
  void msrsOfFurtherControlsOnALesserProcessor(Cpu cpu) {
    verifyFurtherControls(cpu);
  }

  private static void verifyFurtherControls(Cpu cpu) {
    existsWith(cpu, VmxControl.ACTIVATE_SECONDARY_CONTROLS, Msr.IA32_VMX_PROCBASED_CTLS2);
    existsWith(cpu, VmxControl.ACTIVATE_TERTIARY_CONTROLS, Msr.IA32_VMX_PROCBASED_CTLS3);
    existsWith(cpu, VmxControl.ACTIVATE_SECONDARY_EXIT_CONTROLS, Msr.IA32_VMX_EXIT_CTLS2);
  }

  @Test
  @Covers("VMX-CAP-005")
  void noSecondaryControlMustBeOne(Cpu cpu) {
    if (cpu.vmx().capabilities().allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS)) {
      assertThat(cpu.rdmsr(Msr.IA32_VMX_PROCBASED_CTLS2) & LOW_HALF)
          .as("secondary controls that must be 1")
          .isZero();
    }
  }

  @Test
  @Covers("VMX-CAP-006")
  void capabilityMsrsAreReadOnly(Cpu cpu) {
    List<Integer> present =
        IntStream.rangeClosed(Msr.IA32_VMX_BASIC, Msr.IA32_VMX_EXIT_CTLS2)
            .boxed()
            .filter(msr -> exists(cpu, msr))
            .toList();
    assertThat(present).contains(Msr.IA32_VMX_BASIC, Msr.IA32_VMX_MISC);
    for (int msr : present) {
      long value = cpu.rdmsr(msr);
      for (long written : List.of(value, 0L, ~value)) {
        assertThat(cpu.attempt(new Instruction.Wrmsr(msr, written))).raisesGeneralProtection();
      }
      assertThat(cpu.rdmsr(msr)).as("MSR %x", msr).isEqualTo(value);
    }
  }
}
