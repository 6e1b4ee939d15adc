package io.apictck.model.processor.paging;

/** What came of the translation of an address. */
public sealed interface Translation {
  /**
   * It is mapped.
   *
   * @param address physical address
   */
  record Mapped(long address) implements Translation {}

  /**
   * A page fault.
   *
   * @param errorCode its error code
   */
  record PageFault(int errorCode) implements Translation {}

  /**
   * EPT forbids an access.
   *
   * @param address guest-physical address
   * @param qualification exit qualification
   */
  record Violation(long address, long qualification) implements Translation {}

  /**
   * An entry of EPT is not what it may be.
   *
   * @param address guest-physical address
   */
  record Misconfiguration(long address) implements Translation {}

  /** A paging structure of the guest is in the APIC-access page. */
  record InAccessPage() implements Translation {}
}
