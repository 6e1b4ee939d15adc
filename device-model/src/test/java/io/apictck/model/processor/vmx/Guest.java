package io.apictck.model.processor.vmx;

import static io.apictck.arch.vmx.VmxControl.ACTIVATE_SECONDARY_CONTROLS;
import static io.apictck.arch.vmx.VmxControl.ACTIVATE_TERTIARY_CONTROLS;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;

import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** APIC virtualization with a VMCS and some memory, for tests. */
final class Guest implements VmxWorld {
  static final int PAGE = 0x1000;
  static final int ACCESS_PAGE = 0x3000;
  static final int TABLE = 0x5000;
  static final int DESCRIPTOR = 0x7000;
  static final int NOTIFICATION = 0xF2;
  private static final int MEMORY = 0x9000;

  final ByteBuffer memory = ByteBuffer.allocate(MEMORY).order(ByteOrder.LITTLE_ENDIAN);
  final Vmcs vmcs = new Vmcs();
  final ApicVirtualization apic = new ApicVirtualization(this);

  /** What happened outside, in order. */
  final List<String> log = new ArrayList<>();

  boolean x2apic;
  int changes;

  /** A guest with the controls given, the TPR shadow among them. */
  static Guest with(VmxControl... controls) {
    Guest guest = new Guest();
    guest.set(USE_TPR_SHADOW);
    guest.set(controls);
    return guest;
  }

  private Guest() {
    set(ACTIVATE_SECONDARY_CONTROLS, ACTIVATE_TERTIARY_CONTROLS);
    vmcs.set(VmcsField.VIRTUAL_APIC_ADDRESS, PAGE);
    vmcs.set(VmcsField.APIC_ACCESS_ADDRESS, ACCESS_PAGE);
    vmcs.set(VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS, DESCRIPTOR);
    vmcs.set(VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, NOTIFICATION);
    vmcs.set(VmcsField.PID_POINTER_TABLE_ADDRESS, TABLE);
  }

  void set(VmxControl... controls) {
    for (VmxControl control : controls) {
      vmcs.set(control.vector().field(), vmcs.get(control.vector().field()) | control.mask());
    }
  }

  void clear(VmxControl control) {
    vmcs.set(control.vector().field(), vmcs.get(control.vector().field()) & ~control.mask());
  }

  Guest enter() {
    apic.enter(vmcs);
    return this;
  }

  /** VM entry with RVI and SVI. */
  Guest enter(int rvi, int svi) {
    vmcs.set(VmcsField.GUEST_INTERRUPT_STATUS, svi << 8 | rvi);
    return enter();
  }

  /** A VM exit; RVI and SVI as the VMCS holds them then. */
  int status() {
    apic.leave();
    return (int) vmcs.get(VmcsField.GUEST_INTERRUPT_STATUS);
  }

  /** A doubleword of the virtual-APIC page. */
  int get(int offset) {
    return memory.getInt(PAGE + offset);
  }

  /** A quadword of the virtual-APIC page. */
  long getQuad(int offset) {
    return memory.getLong(PAGE + offset);
  }

  void put(int offset, int value) {
    memory.putInt(PAGE + offset, value);
  }

  void putQuad(int offset, long value) {
    memory.putLong(PAGE + offset, value);
  }

  /** The vectors in VISR or VIRR, from the layout in the manual. */
  List<Integer> vectors(int base) {
    List<Integer> vectors = new ArrayList<>();
    for (int vector = 0; vector < 256; vector++) {
      if ((get(base | (vector & 0xE0) >> 1) >> (vector & 0x1F) & 1) != 0) {
        vectors.add(vector);
      }
    }
    return vectors;
  }

  void put(int base, List<Integer> vectors) {
    for (int vector : vectors) {
      int offset = base | (vector & 0xE0) >> 1;
      put(offset, get(offset) | 1 << (vector & 0x1F));
    }
  }

  List<Integer> visr() {
    return vectors(VirtualApicPage.VISR);
  }

  List<Integer> virr() {
    return vectors(VirtualApicPage.VIRR);
  }

  byte[] page() {
    return Arrays.copyOfRange(memory.array(), PAGE, PAGE + VirtualApicPage.SIZE);
  }

  @Override
  public long read(long address, int width) {
    int at = Math.toIntExact(address);
    return switch (width) {
      case 1 -> memory.get(at) & 0xFFL;
      case 2 -> memory.getShort(at) & 0xFFFFL;
      case 4 -> memory.getInt(at) & 0xFFFF_FFFFL;
      default -> memory.getLong(at);
    };
  }

  @Override
  public void write(long address, int width, long value) {
    int at = Math.toIntExact(address);
    switch (width) {
      case 1 -> memory.put(at, (byte) value);
      case 2 -> memory.putShort(at, (short) value);
      case 4 -> memory.putInt(at, (int) value);
      default -> memory.putLong(at, value);
    }
  }

  @Override
  public boolean x2apic() {
    return x2apic;
  }

  @Override
  public void endOfInterrupt() {
    log.add("EOI, ON=" + (memory.getLong(DESCRIPTOR + 32) & 1));
  }

  @Override
  public void sendIpi(int vector, int apicId) {
    log.add("IPI %02X to %X".formatted(vector, apicId));
  }

  @Override
  public void virtualInterruptChanged() {
    changes++;
  }
}
