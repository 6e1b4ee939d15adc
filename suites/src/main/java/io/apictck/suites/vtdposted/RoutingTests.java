package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.DeliveryMode;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.arch.vtd.RemappableRedirectionEntry;
import io.apictck.arch.vtd.RemappedEntry;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.OnMachine;
import io.apictck.junit.Requires;
import io.apictck.machine.Cpu;
import io.apictck.machine.Machine;
import io.apictck.machine.VmExit;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.platform.Feature;
import io.apictck.suites.support.LogicalIds;
import io.apictck.suites.support.Pin;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Interrupts that are no simple messages for one virtual processor. */
@Conformance
@Requires({Feature.INTERRUPT_POSTING})
final class RoutingTests {
  private static final int INDEX = 0x31;
  private static final int VECTOR = 0x61;

  @Test
  @Requires({Feature.IO_APIC, Feature.IO_APIC_EOI_REGISTER})
  @Covers("VTPI-IRTE-006")
  void aLevelIsPostedOnceUntilADirectedEoi(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    posting.post(descriptor, VECTOR);
    Pin pin = Pin.fromLast(machine, 0);
    pin.set(RemappableRedirectionEntry.of(VECTOR, VECTOR).withLevel(true).entry());
    cpu.sti();
    pin.raise();
    cpu.serve(Posting.NV);
    assertThat(Posting.consume(descriptor)).containsExactlyVectors(VECTOR);
    // the EOI of the notification, which is an edge, does not end it
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR").isTrue();
    assertThat(descriptor.pir()).isEmptySet();
    pin.ioApic().directedEoi(VECTOR);
    cpu.serve(Posting.NV);
    assertThat(Posting.consume(descriptor)).containsExactlyVectors(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR").isTrue();
    pin.lower();
    pin.ioApic().directedEoi(VECTOR);
    machine.expectNothing();
    assertThat(pin.inFlight()).as("remote IRR").isFalse();
    Posting.holds(descriptor, posting.notifying(cpu));
    pin.release();
  }

  @Test
  @Requires({Feature.IO_APIC, Feature.IO_APIC_EOI_REGISTER})
  @Covers({"VTPI-IRTE-006", "VTPI-OP-003"})
  void aSuppressedLevelIsPostedOnceAsWell(Machine machine, Cpu cpu) {
    Posting posting = Posting.on(machine);
    PostedInterrupts descriptor = posting.newDescriptor(cpu);
    descriptor.update(old -> old.withSuppressed(true));
    posting.post(descriptor, VECTOR);
    Pin pin = Pin.fromLast(machine, 0);
    pin.set(RemappableRedirectionEntry.of(VECTOR, VECTOR).withLevel(true).entry());
    pin.raise();
    assertThat(Posting.consume(descriptor)).containsExactlyVectors(VECTOR);
    assertThat(pin.inFlight()).as("remote IRR").isTrue();
    pin.lower();
    pin.raise();
    Posting.holds(descriptor, posting.notifying(cpu).withSuppressed(true));
    pin.ioApic().directedEoi(VECTOR);
    assertThat(Posting.consume(descriptor)).containsExactlyVectors(VECTOR);
    pin.lower();
    pin.ioApic().directedEoi(VECTOR);
    pin.release();
  }

  @Test
  @OnMachine(processors = 2)
  @Requires({
    Feature.IO_APIC,
    Feature.IO_APIC_EOI_REGISTER,
    Feature.POSTED_INTERRUPTS,
    Feature.VIRTUALIZE_X2APIC_MODE
  })
  @Covers({"VTPI-SW-010", "VTPI-IRTE-006"})
  void theVirtualEoiOfALevelExitsAndIsForwarded(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1)).routes(VECTOR);
    vcpu.guest().setEoiExits(VectorSet.of(VECTOR));
    vcpu.running();
    Pin pin = Pin.fromLast(machine, 0);
    pin.set(RemappableRedirectionEntry.of(VECTOR, VECTOR).withLevel(true).entry());
    pin.raise();
    for (int i = 1; i <= 3; i++) {
      vcpu.cpu().takeInterrupt(VECTOR);
      if (i == 3) {
        pin.lower();
      }
      VmExit exit = vcpu.guest().vcpu().run(vcpu.cpu().lapic().endingInterrupt());
      assertThat(exit).hasReason(ExitReason.VIRTUALIZED_EOI).hasQualification(VECTOR);
      assertThat(vcpu.page().visr()).as("VISR after the EOI").isEmptySet();
      assertThat(pin.inFlight()).as("remote IRR before the directed EOI").isTrue();
      pin.ioApic().directedEoi(VECTOR);
      assertThat(pin.inFlight()).as("remote IRR").isEqualTo(i < 3);
      // the next request of a line that is still asserted waits in the host
      if (vcpu.descriptor().on()) {
        assertThat(machine.cpu(1).lapic()).requests(Posting.NV);
      }
      vcpu.guest().vcpu().enter();
      vcpu.cpu().iret();
    }
    machine.expectNothing();
    vcpu.guest().vcpu().leave();
    vcpu.isIdle();
    pin.release();
  }

  @Test
  @OnMachine(processors = 3)
  @Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("VTPI-SW-009")
  void aMulticastKeepsTheRemappedFormatAndReachesAllOfItsTargets(Machine machine) {
    Posting posting = Posting.on(machine);
    List<PostedVcpu> vcpus =
        List.of(PostedVcpu.of(posting, machine.cpu(1)), PostedVcpu.of(posting, machine.cpu(2)));
    int hostVector = 0xE1;
    int destination = LogicalIds.group(machine.cpu(1), machine.cpu(2));
    posting.set(
        INDEX, RemappedEntry.fixed(hostVector, destination, posting.extended()).withLogical(true));
    vcpus.forEach(PostedVcpu::running);
    posting.request(INDEX);
    for (PostedVcpu vcpu : vcpus) {
      assertThat(vcpu.guest().vcpu().exit())
          .hasReason(ExitReason.EXTERNAL_INTERRUPT)
          .hasInterruption(InterruptionType.EXTERNAL_INTERRUPT, hostVector);
      vcpu.guest().host().lapic().eoi();
      Posting.holds(vcpu.descriptor(), posting.notifying(vcpu.guest().host()));
      // its host requests the vector of the guest
      VectorSet virr = vcpu.page().virr();
      virr.add(VECTOR);
      vcpu.guest().page().setVirr(virr);
      vcpu.guest().setInterruptStatus(VECTOR, 0);
      vcpu.guest().vcpu().enter();
      vcpu.cpu().serve(VECTOR);
      vcpu.hadNoExit(2);
    }
  }

  @Test
  @OnMachine(processors = 2)
  @Requires({Feature.POSTED_INTERRUPTS, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("VTPI-SW-009")
  void anNmiKeepsTheRemappedFormatAndIsNotPosted(Machine machine) {
    PostedVcpu vcpu = PostedVcpu.of(Posting.on(machine), machine.cpu(1));
    Posting posting = vcpu.posting();
    posting.set(
        INDEX,
        RemappedEntry.fixed(0, machine.cpu(1).apicId(), posting.extended())
            .withDeliveryMode(DeliveryMode.NMI));
    vcpu.running();
    posting.request(INDEX);
    assertThat(vcpu.guest().vcpu().exit())
        .hasReason(ExitReason.EXCEPTION_OR_NMI)
        .hasInterruption(InterruptionType.NMI, 2);
    Posting.holds(vcpu.descriptor(), posting.notifying(machine.cpu(1)));
    assertThat(vcpu.page().virr()).isEmptySet();
  }
}
