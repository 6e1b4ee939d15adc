package io.apictck.model.processor.vmx;

import io.apictck.arch.Msr;

/**
 * Entries of the areas whose MSRs VM entries and VM exits load and store (Intel SDM Vol. 3C,
 * "VM-Exit Controls for MSRs", "Loading MSRs", "Saving MSRs").
 */
public final class MsrArea {
  /** Size of an entry in bytes. */
  public static final int ENTRY_SIZE = 16;

  private static final int RESERVED_OFFSET = 4;
  private static final int VALUE_OFFSET = 8;
  private static final int FS_BASE = 0xC000_0100;
  private static final int GS_BASE = 0xC000_0101;

  private MsrArea() {}

  /** The MSR of the entry at an address. */
  public static int index(VmxWorld world, long entry) {
    return (int) world.read(entry, Integer.BYTES);
  }

  /** The value of the entry at an address. */
  public static long value(VmxWorld world, long entry) {
    return world.read(entry + VALUE_OFFSET, Long.BYTES);
  }

  /** Stores the value of the entry at an address. */
  public static void store(VmxWorld world, long entry, long value) {
    world.write(entry + VALUE_OFFSET, Long.BYTES, value);
  }

  /** Whether an entry may be loaded, as far as its format and its MSR go. */
  public static boolean loads(VmxWorld world, long entry) {
    int msr = index(world, entry);
    return stores(world, entry) && msr != FS_BASE && msr != GS_BASE;
  }

  /** Whether an entry may be stored. */
  public static boolean stores(VmxWorld world, long entry) {
    int msr = index(world, entry);
    return world.read(entry + RESERVED_OFFSET, Integer.BYTES) == 0
        && (msr < Msr.X2APIC_FIRST || msr > Msr.X2APIC_LAST);
  }
}
