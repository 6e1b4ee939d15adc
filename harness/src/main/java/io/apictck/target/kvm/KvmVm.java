package io.apictck.target.kvm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A virtual machine: memory slots and interrupt controllers. */
final class KvmVm implements AutoCloseable {
  private static final long TSS_ADDRESS = 0xFFFB_D000L;
  private static final int IO_APIC_INPUTS = 24;

  private final int fd;
  private final MemorySegment argument;

  KvmVm(KvmDevice device, MemorySegment argument) {
    this.fd = device.createVm();
    this.argument = argument;
  }

  int fd() {
    return fd;
  }

  /** All interrupt controllers in the kernel, with the PIT or not, or the local APICs alone. */
  void interruptControllers(boolean split, boolean pit) {
    call(KvmApi.SET_TSS_ADDR, TSS_ADDRESS, "SET_TSS_ADDR");
    if (split) {
      enable(KvmApi.CAP_SPLIT_IRQCHIP, IO_APIC_INPUTS, "ENABLE_CAP(SPLIT_IRQCHIP)");
    } else {
      call(KvmApi.CREATE_IRQCHIP, 0, "CREATE_IRQCHIP");
      if (pit) {
        argument.fill((byte) 0);
        call(KvmApi.CREATE_PIT2, argument.address(), "CREATE_PIT2");
      }
      try (Arena arena = Arena.ofConfined()) {
        call(KvmApi.SET_GSI_ROUTING, KvmWires.routing(arena).address(), "SET_GSI_ROUTING");
      }
    }
  }

  /** Which processor is the bootstrap processor; before any of them is made. */
  void bootstrapProcessor(int apicId) {
    call(KvmApi.SET_BOOT_CPU_ID, apicId, "SET_BOOT_CPU_ID");
  }

  void enable(int capability, long value, String name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cap = arena.allocate(104, 8);
      cap.set(ValueLayout.JAVA_INT, 0, capability);
      cap.set(ValueLayout.JAVA_LONG, 8, value);
      call(KvmApi.ENABLE_CAP, cap.address(), name);
    }
  }

  void memory(int slot, int flags, long guest, long size, long host) {
    argument.set(ValueLayout.JAVA_INT, 0, slot);
    argument.set(ValueLayout.JAVA_INT, 4, flags);
    argument.set(ValueLayout.JAVA_LONG, 8, guest);
    argument.set(ValueLayout.JAVA_LONG, 16, size);
    argument.set(ValueLayout.JAVA_LONG, 24, host);
    call(KvmApi.SET_USER_MEMORY_REGION, argument.address(), "SET_USER_MEMORY_REGION");
  }

  void line(int gsi, boolean asserted) {
    argument.set(ValueLayout.JAVA_INT, 0, KvmWires.interrupt(gsi));
    argument.set(ValueLayout.JAVA_INT, 4, asserted ? 1 : 0);
    call(KvmApi.IRQ_LINE, argument.address(), "IRQ_LINE");
  }

  /** A message; that no processor takes it is no error. */
  void message(long address, int data) {
    argument.fill((byte) 0);
    argument.set(ValueLayout.JAVA_INT, 0, (int) address);
    argument.set(ValueLayout.JAVA_INT, 4, (int) (address >>> 32));
    argument.set(ValueLayout.JAVA_INT, 8, data);
    Libc.ioctl(fd, KvmApi.SIGNAL_MSI, argument.address());
  }

  private void call(long request, long value, String name) {
    KvmDevice.call(fd, request, value, name);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
