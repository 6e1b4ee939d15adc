package io.apictck.model.processor;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.model.processor.paging.Translation;
import io.apictck.model.processor.vmx.ApicOutcome;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.Vmcs;
import java.util.Objects;

/**
 * VM exits of accesses whose address EPT does not translate, or that find a paging structure in the
 * APIC-access page (Intel SDM Vol. 3C, "EPT-Induced VM Exits", "APIC Accesses Not Directly
 * Resulting From Linear Addresses").
 */
final class TranslationExits {
  private TranslationExits() {}

  /**
   * The VM exit; the addresses are in the VMCS then.
   *
   * @param delivery whether the access belongs to the delivery of an event
   */
  static VmExit of(
      Vmcs vmcs, ApicVirtualization apic, Translation failed, long linear, boolean delivery) {
    return switch (failed) {
      case Translation.Violation(long address, long qualification) -> {
        vmcs.set(VmcsField.GUEST_PHYSICAL_ADDRESS, address);
        vmcs.set(VmcsField.GUEST_LINEAR_ADDRESS, linear);
        yield VmExit.of(ExitReason.EPT_VIOLATION, qualification);
      }
      case Translation.Misconfiguration(long address) -> {
        vmcs.set(VmcsField.GUEST_PHYSICAL_ADDRESS, address);
        yield VmExit.of(ExitReason.EPT_MISCONFIGURATION);
      }
      case Translation.InAccessPage _ -> {
        ApicOutcome outcome = apic.structureAccess(delivery);
        yield VmExit.of(Objects.requireNonNull(outcome.reason()), outcome.qualification());
      }
      case Translation.Mapped _, Translation.PageFault _ ->
          throw new IllegalArgumentException(failed + " makes no VM exit by itself");
    };
  }
}
