package io.apictck.suites.support;

import io.apictck.arch.ApicBase;
import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.machine.vmx.PidPointerTable;
import io.apictck.machine.vmx.PostedInterrupts;
import io.apictck.machine.vmx.VirtualApic;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A guest whose local APIC is virtualized: its VMCS has the controls asked for, and the pages,
 * descriptor and table that they need, all zeros.
 *
 * @param vcpu the virtual processor
 * @param page its virtual-APIC page, accessed by its host
 * @param accessPage physical address of its APIC-access page
 * @param descriptor its posted-interrupt descriptor, accessed by its host
 * @param table its PID-pointer table, accessed by its host
 */
public record ApicGuest(
    Vcpu vcpu,
    VirtualApic page,
    long accessPage,
    PostedInterrupts descriptor,
    PidPointerTable table) {
  /** The notification vector of guests with posted interrupts. */
  public static final int NOTIFICATION_VECTOR = 0xF2;

  /** Last PID-pointer index of guests with IPI virtualization. */
  public static final int LAST_INDEX = 7;

  private static final Set<VmxControl> TPR_SHADOW_USERS =
      EnumSet.of(
          VmxControl.VIRTUALIZE_X2APIC_MODE,
          VmxControl.APIC_REGISTER_VIRTUALIZATION,
          VmxControl.VIRTUAL_INTERRUPT_DELIVERY,
          VmxControl.PROCESS_POSTED_INTERRUPTS,
          VmxControl.IPI_VIRTUALIZATION);

  /**
   * A new guest of a processor with controls set to 1, and with those that they need: TPR shadow
   * for what builds on it, virtual-interrupt delivery and "acknowledge interrupt on exit" for
   * posted interrupts.
   */
  public static ApicGuest of(Cpu host, VmxControl... controls) {
    Set<VmxControl> all = EnumSet.noneOf(VmxControl.class);
    all.addAll(List.of(controls));
    if (all.contains(VmxControl.PROCESS_POSTED_INTERRUPTS)) {
      all.add(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
      all.add(VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT);
    }
    if (all.stream().anyMatch(TPR_SHADOW_USERS::contains)) {
      all.add(VmxControl.USE_TPR_SHADOW);
    }
    Vcpu vcpu = host.vmx().newVcpu();
    ApicGuest guest =
        new ApicGuest(
            vcpu,
            VirtualApic.create(host),
            host.machine().newPage(),
            PostedInterrupts.create(host),
            PidPointerTable.create(host));
    vcpu.write(guest.fields(all));
    vcpu.set(all.toArray(VmxControl[]::new));
    guest.assumeMode(all);
    return guest;
  }

  private Map<VmcsField, Long> fields(Set<VmxControl> controls) {
    Map<VmcsField, Long> fields = new EnumMap<>(VmcsField.class);
    if (controls.contains(VmxControl.USE_TPR_SHADOW)) {
      fields.put(VmcsField.VIRTUAL_APIC_ADDRESS, page.address());
      fields.put(VmcsField.TPR_THRESHOLD, 0L);
    }
    if (controls.contains(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      fields.put(VmcsField.APIC_ACCESS_ADDRESS, accessPage);
    }
    if (controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)) {
      fields.put(VmcsField.GUEST_INTERRUPT_STATUS, 0L);
      for (VmcsField bitmap : EOI_EXIT_BITMAPS) {
        fields.put(bitmap, 0L);
      }
    }
    if (controls.contains(VmxControl.PROCESS_POSTED_INTERRUPTS)) {
      fields.put(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, (long) NOTIFICATION_VECTOR);
      fields.put(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, descriptor.address());
    }
    if (controls.contains(VmxControl.IPI_VIRTUALIZATION)) {
      fields.put(VmcsField.PID_POINTER_TABLE_ADDRESS, table.address());
      fields.put(VmcsField.LAST_PID_POINTER_INDEX, (long) LAST_INDEX);
    }
    return fields;
  }

  /** The EOI-exit bitmaps, in the order of their vectors. */
  public static final List<VmcsField> EOI_EXIT_BITMAPS =
      List.of(
          VmcsField.EOI_EXIT_BITMAP_0,
          VmcsField.EOI_EXIT_BITMAP_1,
          VmcsField.EOI_EXIT_BITMAP_2,
          VmcsField.EOI_EXIT_BITMAP_3);

  /** The guest's driver of its local APIC uses what is virtualized: the page or the MSRs. */
  private void assumeMode(Set<VmxControl> controls) {
    if (controls.contains(VmxControl.VIRTUALIZE_X2APIC_MODE)) {
      vcpu.guest()
          .lapic()
          .assume(ApicBase.of(ApicBase.DEFAULT_ADDRESS | ApicBase.EN | ApicBase.EXTD));
    } else if (controls.contains(VmxControl.VIRTUALIZE_APIC_ACCESSES)) {
      vcpu.guest().lapic().assume(ApicBase.of(accessPage | ApicBase.EN));
    }
  }

  /** The guest side. */
  public Cpu guest() {
    return vcpu.guest();
  }

  /** The host side. */
  public Cpu host() {
    return vcpu.host();
  }

  /** RVI, as the VMCS has it. */
  public int rvi() {
    return (int) vcpu.read(VmcsField.GUEST_INTERRUPT_STATUS) & 0xFF;
  }

  /** SVI, as the VMCS has it. */
  public int svi() {
    return (int) vcpu.read(VmcsField.GUEST_INTERRUPT_STATUS) >>> 8 & 0xFF;
  }

  /** Writes the guest interrupt status. */
  public void setInterruptStatus(int rvi, int svi) {
    vcpu.write(VmcsField.GUEST_INTERRUPT_STATUS, svi << 8 | rvi);
  }

  /** What the next entry finds: RVI, SVI, VTPR and whether IF is set. */
  public void prepare(int rvi, int svi, int vtpr, boolean interruptFlag) {
    setInterruptStatus(rvi, svi);
    page.setVtpr(vtpr);
    vcpu.setInterruptFlag(interruptFlag);
  }

  /** Writes all EOI-exit bitmaps: the exits of exactly these vectors. */
  public void setEoiExits(VectorSet vectors) {
    Map<VmcsField, Long> bitmaps = new EnumMap<>(VmcsField.class);
    for (int i = 0; i < EOI_EXIT_BITMAPS.size(); i++) {
      long low = Integer.toUnsignedLong(vectors.word(2 * i));
      long high = Integer.toUnsignedLong(vectors.word(2 * i + 1));
      bitmaps.put(EOI_EXIT_BITMAPS.get(i), high << Integer.SIZE | low);
    }
    vcpu.write(bitmaps);
  }
}
