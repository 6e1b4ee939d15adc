package io.apictck.target.qemu;

import io.apictck.platform.Board.IoApicScope;
import io.apictck.platform.Board.RemappingUnit;
import io.apictck.platform.Feature;
import java.util.List;
import java.util.Set;

/** The remapping unit {@code intel-iommu} of QEMU's {@code q35}. */
final class QemuIommu {
  /** What it is: the I/O APIC is function 0 of device 0 on bus FFh. */
  static final RemappingUnit UNIT =
      new RemappingUnit(0xFED9_0000L, List.of(new IoApicScope(0, 0xFF00)));

  private QemuIommu() {}

  /** What the command line needs for it; before the devices whose requests it remaps. */
  static List<String> device(Set<Feature> without) {
    String device = "intel-iommu,intremap=";
    device += without.contains(Feature.INTERRUPT_REMAPPING) ? "off" : "on";
    if (without.contains(Feature.EXTENDED_INTERRUPT_MODE)) {
      device += ",eim=off";
    }
    return List.of("-device", device);
  }
}
