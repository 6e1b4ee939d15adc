package io.apictck.model.lapic;

/**
 * Whether a receiver is addressed (Intel SDM Vol. 3A, "Physical Destination Mode", "Logical
 * Destination Mode", "Logical Destination Mode in x2APIC Mode").
 *
 * <p>Supported: physical, flat, cluster and x2APIC cluster destinations. Pure functions of their
 * arguments; broadcasts are recognized before any of them is asked.
 *
 * <p>Not supported: the hierarchical cluster model of the serial APIC bus.
 *
 * <p>Open points, decided: in the cluster model cluster 15 is a cluster as any other; a DFR model
 * other than 0 and F addresses nobody; a receiver in xAPIC mode is not addressed by logical
 * destinations above FFh, and by a physical one above FFh only if it is the receiver's whole
 * initial ID (so that a sender in x2APIC mode can start every processor).
 */
class Destination {
  /** DFR bits 31:28 of the flat model. */
  static final int FLAT = 0xF;

  /** DFR bits 31:28 of the cluster model. */
  static final int CLUSTER = 0;

  /** Logical x2APIC ID of an x2APIC ID: cluster in the upper half, one bit in the lower half. */
  int logicalX2apicId(int id) {
    return (id >>> 4 & 0xFFFF) << 16 | 1 << (id & 0xF);
  }

  /** Physical mode, receiver in xAPIC mode. */
  boolean matchesXapicId(int initialId, int destination) {
    return destination >>> 8 == 0 ? destination == (initialId & 0xFF) : destination == initialId;
  }

  /** Physical mode, receiver in x2APIC mode. */
  boolean matchesX2apicId(int id, int destination) {
    return destination == id;
  }

  /**
   * Logical mode, receiver in xAPIC mode.
   *
   * @param model DFR bits 31:28
   * @param logicalId LDR bits 31:24
   */
  boolean matchesXapicLogical(int model, int logicalId, int destination) {
    if (destination >>> 8 != 0) {
      return false;
    }
    return switch (model) {
      case FLAT -> matchesFlat(logicalId, destination);
      case CLUSTER -> matchesCluster(logicalId, destination);
      default -> false;
    };
  }

  /** Flat model: a common bit. */
  boolean matchesFlat(int logicalId, int destination) {
    return (logicalId & destination) != 0;
  }

  /** Cluster model: the same cluster and a common member. */
  boolean matchesCluster(int logicalId, int destination) {
    return logicalId >>> 4 == destination >>> 4 && (logicalId & destination & 0xF) != 0;
  }

  /** Logical mode, receiver in x2APIC mode: the same cluster and a common member. */
  boolean matchesX2apicLogical(int ldr, int destination) {
    return ldr >>> 16 == destination >>> 16 && (ldr & destination & 0xFFFF) != 0;
  }
}
