package io.apictck.machine;

import io.apictck.arch.MessageAddress;
import io.apictck.arch.MessageData;
import io.apictck.arch.MsiXControl;
import io.apictck.arch.MsiXEntry;
import io.apictck.platform.Instruction;

/**
 * Driver of an MSI-X capability with its table and its pending bit array (PCI Local Bus
 * Specification, "MSI-X Capability and Table Structures"). The function must have been {@linkplain
 * PciFunction#activate activated}; where table and pending bits are is read once, when the driver
 * is made.
 */
public final class MsiXCapability {
  private final PciFunction function;
  private final int offset;
  private final int entries;
  private final long table;
  private final long pba;

  MsiXCapability(PciFunction function, int offset) {
    this.function = function;
    this.offset = offset;
    this.entries = control().entries();
    this.table = place(tableRegister());
    this.pba = place(pbaRegister());
  }

  private long place(int register) {
    long bar = function.barAddress(register & MsiXControl.BIR);
    return bar + Integer.toUnsignedLong(register & ~MsiXControl.BIR);
  }

  /** The function it belongs to. */
  public PciFunction function() {
    return function;
  }

  /** Where it is in configuration space. */
  public int offset() {
    return offset;
  }

  /** How many entries the table has. */
  public int entries() {
    return entries;
  }

  /** Message Control. */
  public MsiXControl control() {
    return MsiXControl.of(function.read(offset + MsiXControl.OFFSET, 2));
  }

  /** Writes Message Control. */
  public void setControl(MsiXControl control) {
    function.writeConfig(offset + MsiXControl.OFFSET, 2, control.raw());
  }

  /** Writes the enable bit. */
  public void setEnabled(boolean enabled) {
    setControl(control().withEnable(enabled));
  }

  /** Writes the function mask bit. */
  public void setFunctionMask(boolean masked) {
    setControl(control().withFunctionMask(masked));
  }

  /** Table Offset and Table BIR. */
  public int tableRegister() {
    return function.read(offset + MsiXControl.TABLE_OFFSET, 4);
  }

  /** PBA Offset and PBA BIR. */
  public int pbaRegister() {
    return function.read(offset + MsiXControl.PBA_OFFSET, 4);
  }

  /** Physical address of the table. */
  public long table() {
    return table;
  }

  /** Physical address of the pending bit array. */
  public long pba() {
    return pba;
  }

  /** Physical address of a DWORD of an entry. */
  public long address(int entry, int at) {
    return table + (long) entry * MsiXEntry.SIZE + at;
  }

  /** Reads a DWORD of an entry. */
  public int read(int entry, int at) {
    return cpu().read32(address(entry, at));
  }

  /** Writes a DWORD of an entry. */
  public void write(int entry, int at, int value) {
    cpu().write32(address(entry, at), value);
  }

  /** Reads a QWORD of an entry. */
  public long read64(int entry, int at) {
    return cpu().run(new Instruction.Load(address(entry, at), 8))[0];
  }

  /** Writes a QWORD of an entry. */
  public void write64(int entry, int at, long value) {
    cpu().run(new Instruction.Store(address(entry, at), 8, value));
  }

  /** Reads an entry by DWORDs. */
  public MsiXEntry entry(int entry) {
    long lower = Integer.toUnsignedLong(read(entry, MsiXEntry.ADDRESS));
    return new MsiXEntry(
        (long) read(entry, MsiXEntry.UPPER_ADDRESS) << Integer.SIZE | lower,
        read(entry, MsiXEntry.DATA),
        read(entry, MsiXEntry.VECTOR_CONTROL));
  }

  /** Writes address and data of an entry by DWORDs. */
  public void setMessage(int entry, long address, int data) {
    write(entry, MsiXEntry.ADDRESS, (int) address);
    write(entry, MsiXEntry.UPPER_ADDRESS, (int) (address >>> Integer.SIZE));
    write(entry, MsiXEntry.DATA, data);
  }

  /** Writes an entry by DWORDs, Vector Control last. */
  public void setEntry(int entry, MsiXEntry value) {
    setMessage(entry, value.address(), value.data());
    write(entry, MsiXEntry.VECTOR_CONTROL, value.vectorControl());
  }

  /** An unmasked entry that sends a Fixed, edge-triggered message to a processor. */
  public void setEntry(int entry, Cpu target, int vector) {
    setEntry(
        entry, MsiXEntry.of(MessageAddress.physical(target.apicId()), MessageData.fixed(vector)));
  }

  /** Masks or unmasks an entry; reserved bits are kept. */
  public void setMask(int entry, boolean masked) {
    int control = read(entry, MsiXEntry.VECTOR_CONTROL);
    write(
        entry,
        MsiXEntry.VECTOR_CONTROL,
        masked ? control | MsiXEntry.MASK : control & ~MsiXEntry.MASK);
  }

  /** Reads DWORD {@code number} of the pending bit array. */
  public int pendingWord(int number) {
    return cpu().read32(pba + 4L * number);
  }

  /** Reads the pending bit of an entry. */
  public boolean pending(int entry) {
    return (pendingWord(entry / Integer.SIZE) >>> entry % Integer.SIZE & 1) != 0;
  }

  private Cpu cpu() {
    return function.machine().cpu(0);
  }

  /** As in {@code MSI-X of PCI function 00:03.0}. */
  @Override
  public String toString() {
    return "MSI-X of " + function;
  }
}
