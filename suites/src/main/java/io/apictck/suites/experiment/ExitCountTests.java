package io.apictck.suites.experiment;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.ApicBase;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Machine;
import io.apictck.machine.Measurement;
import io.apictck.platform.Feature;
import io.apictck.suites.support.hypervisor.Technique;
import io.apictck.suites.support.hypervisor.VirtualMachine;
import io.apictck.suites.support.hypervisor.VirtualProcessor;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * How many VM exits {@link Workload} costs (Intel SDM Vol. 3C, "VMX Non-Root Operation", "APIC
 * Virtualization and Virtual Interrupts").
 *
 * <p>The expected numbers follow from the writes that the workload makes: TPR 2, EOI 4, ICR 3 (self
 * IPI, and the two halves for the other guest; in x2APIC mode 2, one of them SELF IPI), timer 3;
 * and from three interrupts from outside: kick of the other guest, device, timer.
 */
@Conformance
@OnMachine(processors = 3)
@Requires({Feature.VMX, Feature.MSR_BITMAPS})
final class ExitCountTests {
  private static final ExitReason INTERRUPT = ExitReason.EXTERNAL_INTERRUPT;

  /**
   * Runs the workload.
   *
   * @param expected its VM exits
   * @param ofDevice those of them that the interrupt of the device costs, its EOI among them
   */
  private static void verify(
      Machine machine,
      Technique technique,
      DevicePath device,
      Map<ExitReason, Integer> expected,
      Map<ExitReason, Integer> ofDevice) {
    VirtualMachine guests = VirtualMachine.of(technique, machine.cpu(0), machine.cpu(1));
    Workload workload = new Workload(machine, guests, device);
    workload.prepare();
    guests.enter();
    if (technique == Technique.PASS_THROUGH) {
      guests.processors().forEach(ExitCountTests::switchToX2apic);
    }
    guests.forgetExits();
    Map<ExitReason, Integer> found = workload.run();
    String row = technique.title() + device.title();
    guests
        .exits()
        .forEach((reason, count) ->
            machine.measure(new Measurement("VM exits", row, words(reason), count)));
    String table = "VM exits of a device interrupt";
    machine.measure(
        new Measurement(table, row, words(INTERRUPT), found.getOrDefault(INTERRUPT, 0)));
    found.forEach((reason, count) -> {
      if (reason != INTERRUPT) {
        machine.measure(new Measurement(table, row, words(reason), count));
      }
    });
    assertThat(guests.exits()).as("VM exits by basic reason").isEqualTo(expected);
    assertThat(found).as("VM exits of the device interrupt").isEqualTo(ofDevice);
  }

  private static void verify(
      Machine machine,
      Technique technique,
      Map<ExitReason, Integer> expected,
      Map<ExitReason, Integer> ofDevice) {
    verify(machine, technique, DevicePath.MESSAGE, expected, ofDevice);
  }

  private static void switchToX2apic(VirtualProcessor processor) {
    processor
        .cpu()
        .wrmsr(Msr.IA32_APIC_BASE, ApicBase.DEFAULT_ADDRESS | ApicBase.EN | ApicBase.EXTD);
  }

  @Test
  @Requires(Feature.VIRTUALIZE_APIC_ACCESSES)
  @Covers({"VMX-EXT-002", "VMX-EXT-005"})
  void trapAndEmulate(Machine machine) {
    // TPR 2 + ICR 3 + EOI 4 + timer 3
    verify(
        machine,
        Technique.TRAP_AND_EMULATE,
        Map.of(ExitReason.APIC_ACCESS, 12, INTERRUPT, 3),
        Map.of(ExitReason.APIC_ACCESS, 1, INTERRUPT, 1));
  }

  @Test
  @Covers({"VMX-EXT-002", "VMX-EXT-005"})
  void trapAndEmulateInX2apicMode(Machine machine) {
    // TPR 2 + ICR and SELF IPI 2 + EOI 4 + timer 3
    verify(
        machine,
        Technique.TRAP_AND_EMULATE_X2APIC,
        Map.of(ExitReason.WRMSR, 11, INTERRUPT, 3),
        Map.of(ExitReason.WRMSR, 1, INTERRUPT, 1));
  }

  @Test
  @Requires({Feature.VIRTUALIZE_APIC_ACCESSES, Feature.TPR_SHADOW})
  @Covers("VMX-EXT-002")
  void flexPriority(Machine machine) {
    // as above without TPR
    verify(
        machine,
        Technique.FLEX_PRIORITY,
        Map.of(ExitReason.APIC_ACCESS, 10, INTERRUPT, 3),
        Map.of(ExitReason.APIC_ACCESS, 1, INTERRUPT, 1));
  }

  @Test
  @Requires({
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.VIRTUAL_INTERRUPT_DELIVERY
  })
  @Covers("VMX-EXT-002")
  void apicv(Machine machine) {
    // ICR low half of the IPI 1 + timer 3
    verify(
        machine,
        Technique.APICV,
        Map.of(ExitReason.APIC_WRITE, 4, INTERRUPT, 3),
        Map.of(INTERRUPT, 1));
  }

  @Test
  @Requires({
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.POSTED_INTERRUPTS
  })
  @Covers("VMX-EXT-002")
  void postedInterrupts(Machine machine) {
    // the other guest needs no kick; the device is not posted
    verify(
        machine,
        Technique.POSTED_INTERRUPTS,
        Map.of(ExitReason.APIC_WRITE, 4, INTERRUPT, 2),
        Map.of(INTERRUPT, 1));
  }

  @Test
  @Requires({
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.POSTED_INTERRUPTS,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers("IPIV-OP-008")
  void ipiVirtualization(Machine machine) {
    // timer 3
    verify(
        machine,
        Technique.IPI_VIRTUALIZATION,
        Map.of(ExitReason.APIC_WRITE, 3, INTERRUPT, 2),
        Map.of(INTERRUPT, 1));
  }

  @Test
  @Requires({
    Feature.INTERRUPT_REMAPPING,
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.POSTED_INTERRUPTS
  })
  @Covers("VMX-EXT-002")
  void postedInterruptsWithARemappedDevice(Machine machine) {
    // an entry in remapped format has a vector of the host
    verify(
        machine,
        Technique.POSTED_INTERRUPTS,
        DevicePath.REMAPPED,
        Map.of(ExitReason.APIC_WRITE, 4, INTERRUPT, 2),
        Map.of(INTERRUPT, 1));
  }

  @Test
  @Requires({
    Feature.INTERRUPT_POSTING,
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.POSTED_INTERRUPTS
  })
  @Covers("VTPI-E2E-001")
  void postedInterruptsWithAPostedDevice(Machine machine) {
    // the timer alone makes the guest exit by an interrupt
    verify(
        machine,
        Technique.POSTED_INTERRUPTS,
        DevicePath.POSTED,
        Map.of(ExitReason.APIC_WRITE, 4, INTERRUPT, 1),
        Map.of());
  }

  @Test
  @Requires({
    Feature.INTERRUPT_POSTING,
    Feature.VIRTUALIZE_APIC_ACCESSES,
    Feature.APIC_REGISTER_VIRTUALIZATION,
    Feature.POSTED_INTERRUPTS,
    Feature.IPI_VIRTUALIZATION
  })
  @Covers({"VTPI-E2E-001", "IPIV-OP-008"})
  void ipiVirtualizationWithAPostedDevice(Machine machine) {
    // timer 3, and its interrupt
    verify(
        machine,
        Technique.IPI_VIRTUALIZATION,
        DevicePath.POSTED,
        Map.of(ExitReason.APIC_WRITE, 3, INTERRUPT, 1),
        Map.of());
  }

  @Test
  @Requires({Feature.X2APIC, Feature.VIRTUALIZE_APIC_ACCESSES})
  @Covers({"LPT-MSR-004", "LPT-INT-001", "LPT-IPI-004"})
  void passThrough(Machine machine) {
    // ICR 1
    verify(machine, Technique.PASS_THROUGH, Map.of(ExitReason.WRMSR, 1), Map.of());
  }

  private static String words(ExitReason reason) {
    return reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
