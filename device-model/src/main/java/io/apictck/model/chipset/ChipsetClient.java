package io.apictck.model.chipset;

/** What a {@link Chipset} sees of the processors and the clock: its world. */
public interface ChipsetClient {
  /**
   * The INTR signal of a processor may have changed: it will ask at its next instruction boundary.
   */
  void interruptChanged(int cpu);

  /** A non-maskable interrupt for a processor. */
  void nmi(int cpu);

  /** A system-management interrupt for a processor. */
  void smi(int cpu);

  /** INIT for a processor. It calls {@link Chipset#init} when it acts on it. */
  void init(int cpu);

  /** A start-up IPI for a processor. */
  void startUp(int cpu, int vector);

  /** An upstream four-byte write of a PCI function, to memory or as an interrupt message. */
  void deviceWrite(int requesterId, long address, int data);

  /**
   * Whether the chipset can read all of these bytes of memory. Chipsets without access to memory
   * cannot.
   */
  default boolean isReadable(long address, int length) {
    return false;
  }

  /** Whether the chipset can write all of these bytes of memory. */
  default boolean isWritable(long address, int length) {
    return false;
  }

  /** Reads 4 or 8 bytes of memory for the chipset, zero-extended; all ones if there is none. */
  default long readMemory(long address, int width) {
    return -1L >>> (Long.SIZE - Byte.SIZE * width);
  }

  /** Writes the low 4 or 8 bytes of {@code value} to memory for the chipset. */
  default void writeMemory(long address, int width, long value) {}

  /** Now, in nanoseconds since reset. */
  long nanos();

  /** The time-stamp counter of a processor now. */
  long tsc(int cpu);

  /**
   * When the time-stamp counter of a processor reaches {@code tsc} (unsigned), in nanoseconds; not
   * before now.
   */
  long nanosAtTsc(int cpu, long tsc);
}
