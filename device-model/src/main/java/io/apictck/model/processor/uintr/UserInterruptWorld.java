package io.apictck.model.processor.uintr;

/** What user interrupts see of the processor and the machine around it. */
public interface UserInterruptWorld {
  /** Reads memory at a linear address, whoever is at work; 4 or 8 bytes. */
  long read(long address, int width);

  /** As {@link #read}, where it will be written; fails if it cannot be. */
  long readForWrite(long address, int width);

  /** Writes memory at a linear address, whoever is at work; 4 or 8 bytes. */
  void write(long address, int width, long value);

  /** Reads 8 bytes of the stack with the rights of who is at work. */
  long pop(long address);

  /** Writes 8 bytes of the stack with the rights of user code. */
  void push(long address, long value);

  /** Pushes a RIP on the shadow stack of user code, if it has one. */
  void pushShadow(long rip);

  /** Pops a RIP from the shadow stack of user code, if it has one; false: it is another one. */
  boolean popShadow(long rip);

  /** Bits of linear addresses in the current paging mode. */
  int linearAddressBits();

  /** Bits of linear addresses, the most of any mode. */
  int maxLinearAddressBits();

  /** Whether any user interrupt is requested, which may be as before. */
  void requested(boolean any);
}
