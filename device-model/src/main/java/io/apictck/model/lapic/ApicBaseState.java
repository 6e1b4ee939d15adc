package io.apictck.model.lapic;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.platform.Feature;

/**
 * IA32_APIC_BASE and the operating mode (Intel SDM Vol. 3A, "Local APIC Status and Location" and
 * "x2APIC State Transitions").
 *
 * <p>Supported: all transitions, reserved bits by MAXPHYADDR, relocation of the register page.
 *
 * <p>Not supported: nothing is left out.
 *
 * <p>Open points, decided: the BSP bit is writable, as the MSR list says; it has no effect here.
 * The address may be changed in every mode and is kept over mode changes and INIT.
 */
class ApicBaseState {
  final LocalApic apic;
  private final ModelConfiguration configuration;
  long raw;
  ApicMode mode = ApicMode.DISABLED;

  ApicBaseState(LocalApic apic, ModelConfiguration configuration) {
    this.apic = apic;
    this.configuration = configuration;
  }

  void reset() {
    raw = resetValue().raw();
    mode = ApicMode.XAPIC;
  }

  ApicBase resetValue() {
    return ApicBase.of(ApicBase.DEFAULT_ADDRESS)
        .withMode(ApicMode.XAPIC)
        .withBsp(apic.isBootstrap());
  }

  ApicMode mode() {
    return mode;
  }

  long read() {
    return raw;
  }

  /** Writes the MSR and tells the local APIC if the mode changed. */
  void write(long value) {
    if ((value & ~definedBits()) != 0) {
      throw GeneralProtectionException.GP;
    }
    ApicBase written = ApicBase.of(value);
    if ((!written.en() && written.extd()) || !isLegalTransition(mode, written.mode())) {
      throw GeneralProtectionException.GP;
    }
    ApicMode before = mode;
    raw = value;
    mode = written.mode();
    if (before != mode) {
      apic.modeChanged(before, mode);
    }
  }

  /** The bits that may be one. */
  long definedBits() {
    return ApicBase.definedBits(ModelConfiguration.MAX_PHY_ADDR, configuration.has(Feature.X2APIC));
  }

  /** Whether software may go from one mode to another, or stay. */
  boolean isLegalTransition(ApicMode from, ApicMode to) {
    return switch (to) {
      case DISABLED -> true;
      case XAPIC -> from != ApicMode.X2APIC;
      case X2APIC -> from != ApicMode.DISABLED;
    };
  }

  /** Whether an address lies in the register page, which is there in xAPIC mode only. */
  boolean decodes(long address) {
    return mode == ApicMode.XAPIC
        && (address & -LapicRegister.PAGE_SIZE) == (raw & -LapicRegister.PAGE_SIZE);
  }
}
