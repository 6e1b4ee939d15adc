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
}
