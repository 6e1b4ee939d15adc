package io.apictck.model.processor.vmx;

/**
 * What APIC virtualization sees of the processor and the machine around it. The structures that VMX
 * has in memory are taken to be in memory: where there are registers they find what lies beneath.
 */
public interface VmxWorld {
  /** Reads physical memory; 1, 2, 4 or 8 bytes. */
  long read(long address, int width);

  /** Writes physical memory; 1, 2, 4 or 8 bytes. */
  void write(long address, int width, long value);

  /** Whether the physical local APIC of this processor is in x2APIC mode. */
  boolean x2apic();

  /** EOI to the physical local APIC of this processor. */
  void endOfInterrupt();

  /**
   * A fixed, edge-triggered IPI of the physical local APIC of this processor in physical
   * destination mode; its ICR does not change.
   */
  void sendIpi(int vector, int apicId);

  /**
   * A virtual interrupt is now recognized or no longer: the processor is to look at its next
   * boundary.
   */
  void virtualInterruptChanged();
}
