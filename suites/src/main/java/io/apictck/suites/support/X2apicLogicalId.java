package io.apictck.suites.support;

/** Intel SDM Vol. 3A, "Deriving Logical x2APIC ID from the Local x2APIC ID". */
public final class X2apicLogicalId {
  private X2apicLogicalId() {}

  /** Cluster ID[19:4] in bits 31:16, member 1 &lt;&lt; ID[3:0] in bits 15:0. */
  public static int of(int x2apicId) {
    return (x2apicId >>> 4 & 0xFFFF) << 16 | 1 << (x2apicId & 0xF);
  }
}
