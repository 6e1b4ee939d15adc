package io.apictck.arch.vmx;

/**
 * Bits 15:12 of the exit qualification of APIC-access VM exits (Intel SDM Vol. 3C, "Basic VM-Exit
 * Information").
 */
public enum ApicAccessType {
  /** 0: linear access, data read during instruction execution. */
  READ(0),
  /** 1: linear access, data write during instruction execution. */
  WRITE(1),
  /** 2: linear access, instruction fetch. */
  FETCH(2),
  /** 3: linear access during event delivery. */
  EVENT_DELIVERY(3),
  /** 10: guest-physical access during event delivery. */
  PHYSICAL_EVENT_DELIVERY(10),
  /** 15: guest-physical access for an instruction fetch or during instruction execution. */
  PHYSICAL_EXECUTION(15);

  private final int number;

  ApicAccessType(int number) {
    this.number = number;
  }

  /** Its number. */
  public int number() {
    return number;
  }

  /** The qualification of an access at an offset in the page. */
  public long qualification(int offset) {
    return (long) number << 12 | offset;
  }
}
