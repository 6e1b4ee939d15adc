package io.apictck.model.pci;

import io.apictck.arch.MsiControl;
import io.apictck.arch.PciCapability;

/**
 * An MSI capability (PCI Local Bus Specification, "MSI Capability Structure").
 *
 * <p>Supported: 32-bit and 64-bit addresses, 1 to 32 messages, mask and pending bits.
 *
 * <p>Not supported: extended message data.
 *
 * <p>Open points, decided: of more messages allocated than asked for, those asked for are used; an
 * interrupt whose number is beyond the allocated messages shares one by its low bits; mask and
 * pending bits beyond the messages asked for do not exist.
 */
class Msi extends MessageSource {
  private static final int ADDRESS = ~3;
  private static final int DATA = 0xFFFF;

  final int offset;
  private final MsiControl capabilities;

  Msi(PciFunction function, int offset, FunctionSetup.Msi setup) {
    super(function);
    this.offset = offset;
    capabilities =
        MsiControl.of(
            setup.messages() << 1
                | (setup.address64() ? MsiControl.ADDRESS_64 : 0)
                | (setup.perVectorMasking() ? MsiControl.PER_VECTOR_MASKING : 0));
  }

  /** Defines its registers but the pointer to the next capability; its size in bytes. */
  int define() {
    ConfigurationSpace space = function.space;
    space.define(offset, 1, PciCapability.MSI, 0);
    space.define(offset + MsiControl.OFFSET, 2, capabilities.raw(), MsiControl.WRITABLE);
    space.define(offset + MsiControl.ADDRESS_OFFSET, 4, 0, ADDRESS);
    if (capabilities.address64()) {
      space.define(offset + MsiControl.ADDRESS_OFFSET + 4, 4, 0, -1);
    }
    space.define(offset + capabilities.dataOffset(), 2, 0, DATA);
    if (capabilities.perVectorMasking()) {
      int messages = 1 << capabilities.multipleMessageCapable();
      space.define(offset + capabilities.maskOffset(), 4, 0, -1 >>> (Integer.SIZE - messages));
    }
    return capabilities.size();
  }

  MsiControl control() {
    return MsiControl.of(function.space.read(offset + MsiControl.OFFSET, 2));
  }

  @Override
  boolean isEnabled() {
    return control().enable();
  }

  @Override
  boolean hasPendingBits() {
    return capabilities.perVectorMasking();
  }

  /** Binary logarithm of the number of messages in use. */
  int allocated() {
    return Math.min(control().multipleMessageEnable(), capabilities.multipleMessageCapable());
  }

  @Override
  int vectorOf(int interrupt) {
    return interrupt & (1 << allocated()) - 1;
  }

  @Override
  boolean isMasked(int vector) {
    return hasPendingBits()
        && function.space.has(offset + capabilities.maskOffset(), 4, 1 << vector);
  }

  @Override
  void setPending(int vector) {
    super.setPending(vector);
    showPending();
  }

  @Override
  void clearPending(int vector) {
    super.clearPending(vector);
    showPending();
  }

  private void showPending() {
    if (hasPendingBits()) {
      long[] bits = pending.toLongArray();
      int value = bits.length == 0 ? 0 : (int) bits[0];
      function.space.set(offset + capabilities.maskOffset() + 4, 4, value);
    }
  }

  @Override
  void send(int vector) {
    function.send(address(), data(vector));
  }

  long address() {
    ConfigurationSpace space = function.space;
    long lower = Integer.toUnsignedLong(space.read(offset + MsiControl.ADDRESS_OFFSET, 4));
    return capabilities.address64()
        ? (long) space.read(offset + MsiControl.ADDRESS_OFFSET + 4, 4) << Integer.SIZE | lower
        : lower;
  }

  /** Data with the number of the message in its low bits. */
  int data(int vector) {
    int data = function.space.read(offset + capabilities.dataOffset(), 2);
    return (data & -(1 << allocated())) | vector;
  }
}
