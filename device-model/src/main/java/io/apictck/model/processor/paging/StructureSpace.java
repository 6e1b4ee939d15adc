package io.apictck.model.processor.paging;

/** Where the entries of the guest's paging structures are. */
@FunctionalInterface
public interface StructureSpace {
  /** In physical memory. */
  StructureSpace PHYSICAL = (address, write) -> new Translation.Mapped(address);

  /** Where the entry with an address is; it is read or written. */
  Translation locate(long address, boolean write);
}
