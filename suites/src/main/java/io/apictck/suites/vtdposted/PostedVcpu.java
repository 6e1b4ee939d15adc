package io.apictck.suites.vtdposted;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.arch.vtd.PostedEntry;
import io.apictck.machine.Cpu;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.machine.vmx.VirtualApic;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.PostedScheduling;

/**
 * A virtual processor to which a remapping unit posts; its guest reaches its local APIC by MSRs.
 *
 * @param posting the unit
 * @param guest its guest on the processor that it was made for
 * @param descriptor its descriptor, accessed by the host's processor 0
 * @param scheduling what its hypervisor does with the descriptor
 */
record PostedVcpu(
    Posting posting, ApicGuest guest, PostedInterrupts descriptor, PostedScheduling scheduling) {
  /** One of a processor, preempted. */
  static PostedVcpu of(Posting posting, Cpu processor) {
    ApicGuest guest =
        ApicGuest.of(
            processor, VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.VIRTUALIZE_X2APIC_MODE);
    PostedInterrupts descriptor = guest.descriptor().by(posting.host());
    PostedScheduling scheduling = new PostedScheduling(descriptor, posting.extended());
    return new PostedVcpu(posting, guest, descriptor, scheduling);
  }

  /** The same one on another processor, with its state as it is after a VM exit. */
  ApicGuest on(Cpu other) {
    ApicGuest there =
        ApicGuest.of(
            other, VmxControl.PROCESS_POSTED_INTERRUPTS, VmxControl.VIRTUALIZE_X2APIC_MODE);
    there.vcpu().write(VmcsField.VIRTUAL_APIC_ADDRESS, guest.page().address());
    there.vcpu().write(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, descriptor.address());
    there.setInterruptStatus(guest.rvi(), guest.svi());
    return there;
  }

  /** Scheduled in and entered, with IF = 1. */
  PostedVcpu running() {
    scheduling.scheduleIn(guest.host());
    guest.vcpu().setInterruptFlag(true);
    guest.vcpu().enter();
    return this;
  }

  /** Entries at the indices of these vectors post them to it. */
  PostedVcpu routes(int... vectors) {
    posting.post(descriptor, vectors);
    return this;
  }

  /** The entry that posts a vector to it. */
  PostedEntry entry(int vector) {
    return PostedEntry.to(descriptor.address(), vector);
  }

  /** Its guest, while it runs. */
  Cpu cpu() {
    return guest.guest();
  }

  /** Its virtual-APIC page, accessed by the host's processor 0. */
  VirtualApic page() {
    return new VirtualApic(posting.host(), guest.page().address());
  }

  /** Its guest runs, and was entered so often that there was no other VM exit. */
  void hadNoExit(int entries) {
    assertThat(guest.vcpu().inGuest()).as("the guest runs").isTrue();
    assertThat(guest.vcpu().entries()).as("VM entries").isEqualTo(entries);
  }

  /** It left its guest: nothing is requested or in service, and nothing posted. */
  void isIdle() {
    assertThat(page().virr()).as("VIRR").isEmptySet();
    assertThat(page().visr()).as("VISR").isEmptySet();
    assertThat(descriptor.pir()).as("PIR").isEmptySet();
    assertThat(descriptor.on()).as("ON").isFalse();
    assertThat(guest.rvi()).as("RVI").isZero();
    assertThat(guest.svi()).as("SVI").isZero();
    assertThat(guest.host().lapic()).isIdle();
    posting.hasNoFault();
  }
}
