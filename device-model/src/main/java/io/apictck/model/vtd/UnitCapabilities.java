package io.apictck.model.vtd;

import io.apictck.arch.vtd.Capability;
import io.apictck.arch.vtd.ExtendedCapability;
import io.apictck.arch.vtd.InterruptRemappingTableAddress;
import io.apictck.arch.vtd.InvalidationQueueAddress;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Feature;

/**
 * What a remapping unit supports, and which register bits that makes writable (Intel VT-d
 * specification, "Capability Register", "Extended Capability Register").
 */
class UnitCapabilities {
  /** Version 1.0. */
  static final int VERSION = 0x10;

  /** Offset of the fault recording registers. */
  static final int FAULT_RECORDS_AT = 0x200;

  /** How many fault recording registers there are. */
  static final int FAULT_RECORDS = 8;

  private static final int IOTLB_REGISTERS_AT = 0x100;
  private static final int GUEST_ADDRESS_WIDTH = 39;
  private static final int MAXIMUM_INDEX_MASK = 15;
  private static final long PAGE_MASK = (1L << ModelConfiguration.MAX_PHY_ADDR) - 1 & ~0xFFFL;

  private final ModelConfiguration configuration;

  UnitCapabilities(ModelConfiguration configuration) {
    this.configuration = configuration;
  }

  /** The capability register. */
  Capability capability() {
    return Capability.of(0)
        .with(Capability.ADDRESS_WIDTH_39, true)
        .with(Capability.PAGES_OF_2_MIB | Capability.PAGES_OF_1_GIB, true)
        .withMaximumGuestAddressWidth(GUEST_ADDRESS_WIDTH)
        .withFaultRecords(FAULT_RECORDS_AT, FAULT_RECORDS)
        .with(Capability.POSTED_INTERRUPTS, configuration.has(Feature.INTERRUPT_POSTING))
        .with(Capability.ENHANCED_SIRTP, configuration.has(Feature.ENHANCED_SIRTP));
  }

  /** The extended capability register. */
  ExtendedCapability extendedCapability() {
    ExtendedCapability without =
        ExtendedCapability.of(0)
            .with(ExtendedCapability.COHERENT | ExtendedCapability.QUEUED_INVALIDATION, true)
            .withIotlbRegisters(IOTLB_REGISTERS_AT)
            .with(
                ExtendedCapability.SCALABLE_MODE,
                configuration.has(Feature.WIDE_INVALIDATION_DESCRIPTORS));
    return configuration.has(Feature.INTERRUPT_REMAPPING)
        ? without
            .with(ExtendedCapability.INTERRUPT_REMAPPING, true)
            .with(
                ExtendedCapability.EXTENDED_INTERRUPT_MODE,
                configuration.has(Feature.EXTENDED_INTERRUPT_MODE))
            .withMaximumIndexMask(MAXIMUM_INDEX_MASK)
        : without;
  }

  /** The bits of an address register that hold a page address. */
  long pageMask() {
    return PAGE_MASK;
  }

  /** Whether an address exceeds the host address width. */
  boolean isTooWide(long address) {
    return address >>> ModelConfiguration.MAX_PHY_ADDR != 0;
  }

  /** The bits of the interrupt remapping table address register that software writes. */
  long tableAddressBits() {
    if (!extendedCapability().interruptRemapping()) {
      return 0;
    }
    return pageMask()
        | InterruptRemappingTableAddress.MAXIMUM_SIZE
        | (extendedCapability().extendedInterruptMode() ? InterruptRemappingTableAddress.EIME : 0);
  }

  /** The bits of the invalidation queue address register that software writes. */
  long queueAddressBits() {
    return pageMask()
        | InvalidationQueueAddress.MAXIMUM_SIZE
        | (extendedCapability().scalableMode() ? InvalidationQueueAddress.WIDE : 0);
  }
}
