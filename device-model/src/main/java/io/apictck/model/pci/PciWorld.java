package io.apictck.model.pci;

/** What PCI functions see of the machine: their world. */
public interface PciWorld {
  /** A function writes 32 bits to memory, which may be an interrupt message. */
  void write(int requesterId, long address, int data);

  /**
   * The interrupt pin of a function changed.
   *
   * @param number which function, from 0 in the order of the machine's set-up
   * @param gsi the global system interrupt that the pin is wired to
   */
  void pin(int number, int gsi, boolean asserted);
}
