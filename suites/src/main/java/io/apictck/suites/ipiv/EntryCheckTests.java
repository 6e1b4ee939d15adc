package io.apictck.suites.ipiv;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.PidPointer;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ControlProbe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What VM entry demands for IPI virtualization (Intel SDM Vol. 3C, "VM-Execution Control Fields").
 */
@Conformance
@Requires(Feature.IPI_VIRTUALIZATION)
final class EntryCheckTests {
  private static final int MAX_INDEX = 0xFFFF;
  private static final int ENTRIES_OF_A_PAGE = 0x200;
  private static final int ICR_LOW = 0x300;
  private static final int VECTOR = 0x61;

  /** Exit qualification of an APIC access: data write. */
  private static final int WRITE = 1 << 12;

  private static ControlProbe probe(Cpu cpu, VmxControl... more) {
    VmxControl[] controls = new VmxControl[more.length + 1];
    controls[0] = VmxControl.IPI_VIRTUALIZATION;
    System.arraycopy(more, 0, controls, 1, more.length);
    return ControlProbe.of(ApicGuest.of(cpu, controls).vcpu());
  }

  @Test
  @Sweep
  @Covers("IPIV-CAP-001")
  void tertiaryControlsAreAllowedBitByBit(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    long allowed = cpu.vmx().capabilities().allowed1(ControlVector.TERTIARY);
    assertThat(VmxControl.IPI_VIRTUALIZATION.in(allowed)).as("IPI virtualization").isTrue();
    long good = probe.vcpu().controls(ControlVector.TERTIARY);
    cases.range(
        0,
        Long.SIZE - 1,
        bit -> {
          if ((allowed >>> bit & 1) == 0) {
            probe.refusesOnly(VmcsField.TERTIARY_CONTROLS, good | 1L << bit);
          }
        });
    // no tertiary control must be 1
    probe.expect(VmcsField.TERTIARY_CONTROLS, 0, true);
    probe.expect(VmcsField.TERTIARY_CONTROLS, good, true);
    probe.enters();
  }

  @Test
  @Covers("IPIV-CHK-001")
  void ipiVirtualizationNeedsTheTprShadow(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    probe.refusesWithout(VmxControl.USE_TPR_SHADOW);
    probe.enters();
  }

  @Test
  @Sweep
  @Covers("IPIV-CHK-002")
  void theTableIsAligned(Cpu cpu, Cases cases) {
    ControlProbe probe = probe(cpu);
    probe.vcpu().write(VmcsField.LAST_PID_POINTER_INDEX, 0);
    probe.sweepAddresses(cases, VmcsField.PID_POINTER_TABLE_ADDRESS, PidPointer.SIZE, true);
    probe.vcpu().clear(VmxControl.IPI_VIRTUALIZATION);
    probe.sweepAddresses(cases, VmcsField.PID_POINTER_TABLE_ADDRESS, PidPointer.SIZE, false);
    probe.vcpu().set(VmxControl.IPI_VIRTUALIZATION);
    probe.enters();
  }

  @Test
  @Covers("IPIV-CHK-003")
  void theLastEntryIsInTheAddressSpace(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    Vcpu vcpu = probe.vcpu();
    long good = vcpu.read(VmcsField.PID_POINTER_TABLE_ADDRESS);
    vcpu.write(
        VmcsField.PID_POINTER_TABLE_ADDRESS, (1L << probe.addressWidth()) - PagingEntry.PAGE);
    for (int index : List.of(0, 1, ENTRIES_OF_A_PAGE - 1)) {
      probe.expect(VmcsField.LAST_PID_POINTER_INDEX, index, true);
    }
    for (int index : List.of(ENTRIES_OF_A_PAGE, ENTRIES_OF_A_PAGE + 1, MAX_INDEX)) {
      probe.expect(VmcsField.LAST_PID_POINTER_INDEX, index, false);
    }
    probe.expect(VmcsField.PID_POINTER_TABLE_ADDRESS, good, true);
    probe.enters();
  }

  /** Another table, and so another entry that is the last one of the address space. */
  @Test
  @Covers("IPIV-CHK-003")
  void aTableOfOneEntryEndsTheAddressSpace(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    long last = (1L << probe.addressWidth()) - PidPointer.SIZE;
    long good = probe.vcpu().read(VmcsField.PID_POINTER_TABLE_ADDRESS);
    probe.expect(
        Map.of(VmcsField.PID_POINTER_TABLE_ADDRESS, last, VmcsField.LAST_PID_POINTER_INDEX, 0L),
        true);
    probe.expect(VmcsField.LAST_PID_POINTER_INDEX, 1, false);
    probe.expect(VmcsField.PID_POINTER_TABLE_ADDRESS, good, true);
    probe.enters();
  }

  @Test
  @Covers("IPIV-CHK-004")
  void neitherVirtualInterruptsNorPostedInterruptsAreNeeded(Cpu cpu) {
    ControlProbe probe = probe(cpu);
    probe.accepts();
    probe.enters();
  }

  private static VmExit writesIcr(ApicGuest guest) {
    guest.vcpu().enter();
    return guest.vcpu().run(new Instruction.Store(guest.accessPage() + ICR_LOW, 4, VECTOR));
  }

  /** The entry of the destination is not valid, so that IPI virtualization shows by an exit. */
  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"IPIV-CHK-005", "VMX-CAP-007"})
  void tertiaryControlsThatAreNotActivatedAreZero(Cpu cpu) {
    ApicGuest guest =
        ApicGuest.of(cpu, VmxControl.IPI_VIRTUALIZATION, VmxControl.VIRTUALIZE_APIC_ACCESSES);
    assertThat(writesIcr(guest)).hasReason(ExitReason.APIC_WRITE).hasQualification(ICR_LOW);
    guest.vcpu().clear(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
    guest.vcpu().restart();
    for (long controls : List.of(VmxControl.IPI_VIRTUALIZATION.mask(), -1L)) {
      guest.vcpu().write(VmcsField.TERTIARY_CONTROLS, controls);
      VmExit exit = writesIcr(guest);
      assertThat(exit).hasReason(ExitReason.APIC_ACCESS).hasQualification(WRITE | ICR_LOW);
      guest.vcpu().skip(exit);
    }
    guest.vcpu().enter();
    guest.vcpu().leave();
  }
}
