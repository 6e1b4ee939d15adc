package io.apictck.machine;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.MsiControl;

/**
 * Driver of an MSI capability (PCI Local Bus Specification, "MSI Capability Structure"). The layout
 * is read once, when the driver is made.
 */
public final class MsiCapability {
  private final PciFunction function;
  private final int offset;
  private final MsiControl layout;

  MsiCapability(PciFunction function, int offset) {
    this.function = function;
    this.offset = offset;
    this.layout = control();
  }

  /** The function it belongs to. */
  public PciFunction function() {
    return function;
  }

  /** Where it is in configuration space. */
  public int offset() {
    return offset;
  }

  /** Which optional parts it has, and how many messages it asks for. */
  public MsiControl layout() {
    return layout;
  }

  /** How many messages it asks for. */
  public int messages() {
    return 1 << layout.multipleMessageCapable();
  }

  /** Message Control. */
  public MsiControl control() {
    return MsiControl.of(function.read(offset + MsiControl.OFFSET, 2));
  }

  /** Writes Message Control. */
  public void setControl(MsiControl control) {
    function.writeConfig(offset + MsiControl.OFFSET, 2, control.raw());
  }

  /** Writes the enable bit. */
  public void setEnabled(boolean enabled) {
    setControl(control().withEnable(enabled));
  }

  /** Allocates messages, a binary logarithm. */
  public void allocate(int log2) {
    setControl(control().withMultipleMessageEnable(log2));
  }

  /** The message address; bits 63:32 are zero where there is no upper half. */
  public long address() {
    long lower = Integer.toUnsignedLong(function.read(offset + MsiControl.ADDRESS_OFFSET, 4));
    return layout.address64()
        ? (long) function.read(offset + MsiControl.ADDRESS_OFFSET + 4, 4) << Integer.SIZE | lower
        : lower;
  }

  /** Writes the message address, and its upper half if there is one. */
  public void setAddress(long address) {
    function.writeConfig(offset + MsiControl.ADDRESS_OFFSET, 4, (int) address);
    if (layout.address64()) {
      function.writeConfig(
          offset + MsiControl.ADDRESS_OFFSET + 4, 4, (int) (address >>> Integer.SIZE));
    }
  }

  /** The message data, 16 bits. */
  public int data() {
    return function.read(offset + layout.dataOffset(), 2);
  }

  /** Writes the message data, 16 bits. */
  public void setData(int data) {
    function.writeConfig(offset + layout.dataOffset(), 2, data);
  }

  /** Writes address and data. */
  public void program(long address, int data) {
    setAddress(address);
    setData(data);
  }

  /** Programs a Fixed, edge-triggered message to a processor. */
  public void program(Cpu target, int vector) {
    program(
        MessageAddress.physical(target.apicId()).physicalAddress(),
        MessageData.fixed(vector).raw());
  }

  /** The mask bits; only with per-vector masking. */
  public int mask() {
    return function.read(offset + layout.maskOffset(), 4);
  }

  /** Writes the mask bits; only with per-vector masking. */
  public void setMask(int mask) {
    function.writeConfig(offset + layout.maskOffset(), 4, mask);
  }

  /** The pending bits; only with per-vector masking. */
  public int pending() {
    return function.read(offset + layout.maskOffset() + 4, 4);
  }

  /** Writes to the pending bits, which are read-only. */
  public void writePending(int value) {
    function.writeConfig(offset + layout.maskOffset() + 4, 4, value);
  }

  /** As in {@code MSI of PCI function 00:03.0}. */
  @Override
  public String toString() {
    return "MSI of " + function;
  }
}
