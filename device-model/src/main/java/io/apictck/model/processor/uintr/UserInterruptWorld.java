package io.apictck.model.processor.uintr;

/** What user interrupts see of the processor and the machine around it. */
public interface UserInterruptWorld {
  /** Reads memory at a linear address; 4 or 8 bytes. */
  long read(long address, int width);

  /** Writes memory at a linear address; 4 or 8 bytes. */
  void write(long address, int width, long value);

  /** Whether any user interrupt is requested, which may be as before. */
  void requested(boolean any);
}
