package io.apictck.suites.support.hypervisor;

import io.apictck.arch.vmx.VmxControl;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** How a hypervisor gives its guest a local APIC. */
public enum Technique {
  /** Each access to the register page exits; interrupts are injected. */
  TRAP_AND_EMULATE("trap and emulate", VmxControl.VIRTUALIZE_APIC_ACCESSES),
  /** Each access to an MSR exits; interrupts are injected. */
  TRAP_AND_EMULATE_X2APIC("trap and emulate, x2APIC"),
  /** FlexPriority: the task priority is virtualized; interrupts are injected. */
  FLEX_PRIORITY("FlexPriority", VmxControl.VIRTUALIZE_APIC_ACCESSES, VmxControl.USE_TPR_SHADOW),
  /** APICv: registers are virtualized, and the processor delivers. */
  APICV(
      "APICv",
      VmxControl.VIRTUALIZE_APIC_ACCESSES,
      VmxControl.APIC_REGISTER_VIRTUALIZATION,
      VmxControl.VIRTUAL_INTERRUPT_DELIVERY),
  /** APICv with posted interrupts. */
  POSTED_INTERRUPTS(
      "posted interrupts",
      VmxControl.VIRTUALIZE_APIC_ACCESSES,
      VmxControl.APIC_REGISTER_VIRTUALIZATION,
      VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
      VmxControl.PROCESS_POSTED_INTERRUPTS),
  /** APICv with posted interrupts and virtualized IPIs. */
  IPI_VIRTUALIZATION(
      "IPI virtualization",
      VmxControl.VIRTUALIZE_APIC_ACCESSES,
      VmxControl.APIC_REGISTER_VIRTUALIZATION,
      VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
      VmxControl.PROCESS_POSTED_INTERRUPTS,
      VmxControl.IPI_VIRTUALIZATION),
  /** The guest has the physical local APIC. */
  PASS_THROUGH("LAPIC pass-through");

  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // never changed after its making
  private final List<VmxControl> controls;

  Technique(String title, VmxControl... controls) {
    this.title = title;
    this.controls = List.of(controls);
  }

  /** Its name, for reports. */
  public String title() {
    return title;
  }

  /** The controls to begin with; interrupts of the host come with their vector. */
  Set<VmxControl> controls() {
    Set<VmxControl> all = EnumSet.of(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    all.addAll(controls);
    return all;
  }

  /** Whether the processor delivers virtual interrupts. */
  boolean processorDelivers() {
    return controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
  }

  /** Whether interrupts are posted. */
  boolean posts() {
    return controls.contains(VmxControl.PROCESS_POSTED_INTERRUPTS);
  }

  /** Whether the task priority is in the virtual-APIC page. */
  boolean shadowsTaskPriority() {
    return this == FLEX_PRIORITY || processorDelivers();
  }
}
