package io.apictck.model.processor.vmx;

/**
 * APIC virtualization of one logical processor in VMX non-root operation (Intel SDM Vol. 3C, "APIC
 * Virtualization and Virtual Interrupts").
 */
public class ApicVirtualization {
  private final VmxWorld world;

  /** That of a processor. */
  public ApicVirtualization(VmxWorld world) {
    this.world = world;
  }

  /** VM entry has loaded the guest: RVI and SVI, PPR virtualization, evaluation. */
  public void enter(Vmcs vmcs) {
    throw new UnsupportedOperationException();
  }

  /** VM exit: RVI and SVI are saved, nothing is recognized any more. */
  public void leave() {
    throw new UnsupportedOperationException();
  }

  /** Whether a physical address lies in the APIC-access page and accesses to it are virtualized. */
  public boolean covers(long address, int width) {
    throw new UnsupportedOperationException();
  }

  /** A linear data read that {@link #covers} the page. */
  public ApicOutcome read(long address, int width) {
    throw new UnsupportedOperationException();
  }

  /** A linear data write to the page; the caller exits or goes on as the outcome says. */
  public ApicOutcome write(long address, int width, long value) {
    throw new UnsupportedOperationException();
  }

  /** RDMSR of 800h to 8FFh that the MSR bitmap lets through. */
  public ApicOutcome rdmsr(int msr) {
    throw new UnsupportedOperationException();
  }

  /** WRMSR of 800h to 8FFh that the MSR bitmap lets through. */
  public ApicOutcome wrmsr(int msr, long value) {
    throw new UnsupportedOperationException();
  }

  /** MOV from CR8 that does not exit; PASSED without TPR shadow. */
  public ApicOutcome readCr8() {
    throw new UnsupportedOperationException();
  }

  /** MOV to CR8 that does not exit; PASSED without TPR shadow. */
  public ApicOutcome writeCr8(int value) {
    throw new UnsupportedOperationException();
  }

  /** Whether VM entry leads to a TPR-below-threshold VM exit at once. */
  public boolean tprBelowThresholdAtEntry() {
    throw new UnsupportedOperationException();
  }

  /** Whether a pending virtual interrupt is recognized. */
  public boolean recognized() {
    throw new UnsupportedOperationException();
  }

  /** Delivers the recognized virtual interrupt: updates VISR, SVI, VIRR, RVI and VPPR. */
  public int deliver() {
    throw new UnsupportedOperationException();
  }

  /**
   * A physical interrupt was acknowledged in non-root operation with "process posted interrupts".
   *
   * @return whether its vector was the notification vector, and it was processed
   */
  public boolean notified(int vector) {
    throw new UnsupportedOperationException();
  }

  /** The world. */
  protected final VmxWorld world() {
    return world;
  }
}
