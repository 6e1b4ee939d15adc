package io.apictck.machine.vmx;

import io.apictck.arch.VectorSet;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.machine.Cpu;
import io.apictck.platform.Instruction;
import java.util.ArrayList;
import java.util.List;

/**
 * Driver of a virtual-APIC page as the hypervisor sees it (Intel SDM Vol. 3C, "Virtualized APIC
 * Registers"). Usable while the processor that it is given is in VMX root operation.
 */
public final class VirtualApic {
  private static final int WORDS = 8;
  private static final int SLOT = 16;

  private final Cpu cpu;
  private final long address;

  /** The page at an address, accessed by a processor. */
  public VirtualApic(Cpu cpu, long address) {
    this.cpu = cpu;
    this.address = address;
  }

  /** A new page of zeros. */
  public static VirtualApic create(Cpu cpu) {
    return new VirtualApic(cpu, cpu.machine().newPage());
  }

  /** Its physical address. */
  public long address() {
    return address;
  }

  /** The four bytes at an offset. */
  public int read(int offset) {
    return cpu.read32(address + offset);
  }

  /** Writes the four bytes at an offset. */
  public void write(int offset, int value) {
    cpu.write32(address + offset, value);
  }

  /** The eight bytes at an offset. */
  public long read64(int offset) {
    return cpu.run(new Instruction.Load(address + offset, 8))[0];
  }

  /** Writes the eight bytes at an offset. */
  public void write64(int offset, long value) {
    cpu.run(new Instruction.Store(address + offset, 8, value));
  }

  /** VTPR, four bytes. */
  public int vtpr() {
    return read(VirtualApicPage.VTPR);
  }

  /** Writes VTPR, four bytes. */
  public void setVtpr(int value) {
    write(VirtualApicPage.VTPR, value);
  }

  /** The instruction that writes VTPR, for blocks. */
  public Instruction storingVtpr(int value) {
    return new Instruction.Store(address + VirtualApicPage.VTPR, 4, Integer.toUnsignedLong(value));
  }

  /** VPPR, four bytes. */
  public int vppr() {
    return read(VirtualApicPage.VPPR);
  }

  /** VIRR. */
  public VectorSet virr() {
    return vectors(VirtualApicPage.VIRR);
  }

  /** VISR. */
  public VectorSet visr() {
    return vectors(VirtualApicPage.VISR);
  }

  /** Writes VIRR. */
  public void setVirr(VectorSet vectors) {
    setVectors(VirtualApicPage.VIRR, vectors);
  }

  /** Writes VISR. */
  public void setVisr(VectorSet vectors) {
    setVectors(VirtualApicPage.VISR, vectors);
  }

  private VectorSet vectors(int base) {
    List<Instruction> loads = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      loads.add(new Instruction.Load(address + base + (long) i * SLOT, 4));
    }
    long[] words = cpu.run(loads);
    VectorSet vectors = new VectorSet();
    for (int i = 0; i < WORDS; i++) {
      vectors.setWord(i, (int) words[i]);
    }
    return vectors;
  }

  private void setVectors(int base, VectorSet vectors) {
    List<Instruction> stores = new ArrayList<>();
    for (int i = 0; i < WORDS; i++) {
      stores.add(
          new Instruction.Store(
              address + base + (long) i * SLOT, 4, Integer.toUnsignedLong(vectors.word(i))));
    }
    cpu.run(stores);
  }

  /** The whole page, as doublewords by offset / 4. */
  public int[] image() {
    List<Instruction> loads = new ArrayList<>();
    for (int offset = 0; offset < VirtualApicPage.SIZE; offset += 4) {
      loads.add(new Instruction.Load(address + offset, 4));
    }
    long[] words = cpu.runInPieces(loads);
    int[] image = new int[words.length];
    for (int i = 0; i < image.length; i++) {
      image[i] = (int) words[i];
    }
    return image;
  }

  /** Writes the whole page, as {@link #image} gives it. */
  public void setImage(int[] image) {
    List<Instruction> stores = new ArrayList<>();
    for (int i = 0; i < image.length; i++) {
      stores.add(
          new Instruction.Store(
              address + (long) i * Integer.BYTES, 4, Integer.toUnsignedLong(image[i])));
    }
    cpu.runInPieces(stores);
  }
}
