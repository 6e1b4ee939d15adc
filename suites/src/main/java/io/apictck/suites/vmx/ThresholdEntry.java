package io.apictck.suites.vmx;

import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Hex;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A VM entry with a TPR threshold, and whether its controls are right (Intel SDM Vol. 3C,
 * "VM-Execution Control Fields").
 *
 * @param setting the controls that decide what is checked
 * @param threshold TPR threshold
 * @param vtpr the 4 bytes at offset 080h of the virtual-APIC page
 */
record ThresholdEntry(Setting setting, int threshold, int vtpr) {
  private static final int CLASS_SHIFT = 4;
  private static final int CLASSES = 16;
  private static final int CLASS = CLASSES - 1;

  /**
   * Controls.
   *
   * @param shadow "use TPR shadow"
   * @param activated "activate secondary controls"
   * @param secondary the secondary controls that are 1
   */
  record Setting(boolean shadow, boolean activated, Set<VmxControl> secondary) {
    /** All in which the controls given may be 1. */
    static List<Setting> all(boolean delivery, boolean accesses) {
      List<Set<VmxControl>> sets = new ArrayList<>();
      if (delivery) {
        sets.add(Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY));
      }
      if (accesses) {
        sets.add(Set.of(VmxControl.VIRTUALIZE_APIC_ACCESSES));
      }
      if (delivery && accesses) {
        sets.add(
            Set.of(VmxControl.VIRTUAL_INTERRUPT_DELIVERY, VmxControl.VIRTUALIZE_APIC_ACCESSES));
      }
      List<Setting> settings = new ArrayList<>();
      settings.add(new Setting(false, false, Set.of()));
      settings.add(new Setting(true, false, Set.of()));
      for (Set<VmxControl> set : sets) {
        settings.add(new Setting(true, false, set));
        settings.add(new Setting(true, true, set));
      }
      return settings;
    }

    private boolean has(VmxControl control) {
      return activated && secondary.contains(control);
    }

    boolean checksRange() {
      return shadow && !has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
    }

    boolean checksVtpr() {
      return checksRange() && !has(VmxControl.VIRTUALIZE_APIC_ACCESSES);
    }
  }

  /** All of one setting: VTPR of ones, and around the threshold if its range is right. */
  static Stream<ThresholdEntry> of(Setting setting) {
    return thresholds()
        .boxed()
        .flatMap(threshold -> {
          ThresholdEntry first = new ThresholdEntry(setting, threshold, -1);
          return first.accepted()
              ? Stream.of(
                  first,
                  first.withVtpr(threshold - 1),
                  first.withVtpr(threshold),
                  first.withVtpr(threshold + 1))
              : Stream.of(first);
        });
  }

  private static IntStream thresholds() {
    return IntStream.concat(
        IntStream.concat(
            IntStream.range(0, CLASSES),
            IntStream.range(CLASS_SHIFT, Integer.SIZE).map(bit -> 1 << bit)),
        IntStream.of(-1, Integer.MAX_VALUE));
  }

  private ThresholdEntry withVtpr(int priorityClass) {
    return new ThresholdEntry(setting, threshold, priorityClass << CLASS_SHIFT);
  }

  /** Whether the controls are right. */
  boolean accepted() {
    return (!setting.checksRange() || threshold >>> CLASS_SHIFT == 0)
        && (!setting.checksVtpr() || (threshold & CLASS) <= (vtpr >>> CLASS_SHIFT & CLASS));
  }

  @Override
  public String toString() {
    return setting + ", threshold " + Hex.dword(threshold) + ", VTPR " + Hex.dword(vtpr);
  }
}
