package io.apictck.model.pci;

import java.util.List;

/**
 * What a PCI function has.
 *
 * @param requesterId bus, device and function
 * @param interrupts how many interrupts its device logic has
 * @param gsi global system interrupt of its pin, -1 if the pin is not wired
 * @param memory its memory base address registers, in the order of their numbers
 * @param capabilities its capabilities, in the order of its list
 */
public record FunctionSetup(
    int requesterId,
    int interrupts,
    int gsi,
    List<Memory> memory,
    List<CapabilitySetup> capabilities) {
  /** Takes copies. */
  public FunctionSetup {
    memory = List.copyOf(memory);
    capabilities = List.copyOf(capabilities);
  }

  /**
   * A memory base address register.
   *
   * @param number of the register, 0 to 5; a 64-bit one takes the next one, too
   * @param size in bytes, a power of two, 4 KiB at least so that pages are not shared
   * @param wide whether it has 64 bits
   */
  public record Memory(int number, int size, boolean wide) {}

  /** A capability. */
  public sealed interface CapabilitySetup {}

  /**
   * MSI.
   *
   * @param messages binary logarithm of the number of messages that it asks for, 0 to 5
   * @param address64 whether the message address has 64 bits
   * @param perVectorMasking whether it has mask and pending bits
   */
  public record Msi(int messages, boolean address64, boolean perVectorMasking)
      implements CapabilitySetup {}

  /**
   * MSI-X.
   *
   * @param entries 1 to 2048
   * @param tableBar number of the base address register of the table
   * @param tableOffset offset of the table
   * @param pbaBar number of the base address register of the pending bits
   * @param pbaOffset offset of the pending bits
   */
  public record MsiX(int entries, int tableBar, int tableOffset, int pbaBar, int pbaOffset)
      implements CapabilitySetup {}

  /** Function level reset by an Advanced Features capability. */
  public record FunctionLevelReset() implements CapabilitySetup {}
}
