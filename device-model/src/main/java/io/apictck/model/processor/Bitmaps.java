package io.apictck.model.processor;

import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.vmx.Vmcs;
import io.apictck.model.processor.vmx.VmxWorld;

/**
 * Which MSR and port accesses exit (Intel SDM Vol. 3C, "MSR-Bitmap Address", "I/O-Bitmap
 * Addresses").
 */
final class Bitmaps {
  private static final int HIGH_MSRS = 0xC000_0000;
  private static final int MSRS = 0x2000;
  private static final int HIGH_OFFSET = 0x400;
  private static final int WRITE_OFFSET = 0x800;
  private static final int PORTS_OF_A = 0x8000;
  private static final int PORTS = 0x1_0000;

  private Bitmaps() {}

  static boolean msrExits(Vmcs vmcs, VmxWorld world, int msr, boolean write) {
    if (!vmcs.has(VmxControl.USE_MSR_BITMAPS)) {
      return true;
    }
    boolean high = (msr & -MSRS) == HIGH_MSRS;
    if (!high && (msr & -MSRS) != 0) {
      return true;
    }
    long bitmap =
        vmcs.get(VmcsField.MSR_BITMAP) + (high ? HIGH_OFFSET : 0) + (write ? WRITE_OFFSET : 0);
    return bit(world, bitmap, msr & MSRS - 1);
  }

  static boolean portExits(Vmcs vmcs, VmxWorld world, int port, int width) {
    if (!vmcs.has(VmxControl.USE_IO_BITMAPS)) {
      return vmcs.has(VmxControl.UNCONDITIONAL_IO_EXITING);
    }
    if (port + width > PORTS) {
      return true;
    }
    for (int i = port; i < port + width; i++) {
      VmcsField bitmap = i < PORTS_OF_A ? VmcsField.IO_BITMAP_A : VmcsField.IO_BITMAP_B;
      if (bit(world, vmcs.get(bitmap), i & PORTS_OF_A - 1)) {
        return true;
      }
    }
    return false;
  }

  private static boolean bit(VmxWorld world, long bitmap, int index) {
    return (world.read(bitmap + (index >>> 3), 1) >>> (index & 7) & 1) != 0;
  }
}
