package io.apictck.model.processor;

import io.apictck.arch.PagingEntry;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.PageWalk;
import io.apictck.model.processor.paging.Translation;

/**
 * How the addresses of a guest become physical ones.
 *
 * <p>CR3 = 0, which every processor has after reset, stands for paging structures that map all
 * memory to itself: no guest has to have its own.
 */
final class GuestAddressSpace {
  private static final long WRITE_PROTECT = 1 << 16;

  private final ControlRegisters registers;
  private final PageWalk walk;

  GuestAddressSpace(Processor processor, PageWalk walk) {
    this.registers = processor.controlRegisters();
    this.walk = walk;
  }

  /** Whether an address can have another physical address. */
  boolean translates() {
    return paging();
  }

  private boolean paging() {
    return (registers.get(3) & PagingEntry.ADDRESS) != 0;
  }

  /** Translates a canonical linear address. */
  Translation translate(long linear, MemoryAccess access) {
    if (!paging()) {
      return new Translation.Mapped(linear);
    }
    return walk.translate(
        registers.get(3), linear, access, (registers.get(0) & WRITE_PROTECT) != 0);
  }
}
