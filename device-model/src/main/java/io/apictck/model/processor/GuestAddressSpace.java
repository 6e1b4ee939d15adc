package io.apictck.model.processor;

import io.apictck.arch.Cr0;
import io.apictck.arch.Cr4;
import io.apictck.arch.PagingEntry;
import io.apictck.arch.vmx.EptPointer;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.model.processor.paging.EptWalk;
import io.apictck.model.processor.paging.MemoryAccess;
import io.apictck.model.processor.paging.PageWalk;
import io.apictck.model.processor.paging.StructureSpace;
import io.apictck.model.processor.paging.Translation;
import io.apictck.model.processor.vmx.ApicVirtualization;
import io.apictck.model.processor.vmx.Vmcs;

/**
 * How the addresses of a guest become physical ones: by its paging structures, and by EPT.
 *
 * <p>CR3 = 0, which every processor has after reset, stands for paging structures that map all
 * memory to itself: no guest has to have its own.
 */
final class GuestAddressSpace {
  private static final int FOUR_LEVELS = 4;
  private static final int FIVE_LEVELS = 5;

  private final ControlRegisters registers;
  private final ApicVirtualization apic;
  private final PageWalk walk;
  private final EptWalk ept;
  private boolean usesEpt;
  private long root;
  private StructureSpace structures = StructureSpace.PHYSICAL;

  GuestAddressSpace(
      ControlRegisters registers, ApicVirtualization apic, PageWalk walk, EptWalk ept) {
    this.registers = registers;
    this.apic = apic;
    this.walk = walk;
    this.ept = ept;
  }

  /** VM entry. */
  void enter(Vmcs vmcs) {
    usesEpt = vmcs.has(VmxControl.ENABLE_EPT);
    if (usesEpt) {
      root = new EptPointer(vmcs.get(VmcsField.EPT_POINTER)).table();
      structures = this::structure;
    } else {
      structures = StructureSpace.PHYSICAL;
    }
  }

  /** Whether an address can have another physical address, or none. */
  boolean translates() {
    return usesEpt || paging();
  }

  private boolean paging() {
    return (registers.get(3) & PagingEntry.ADDRESS) != 0;
  }

  private int levels() {
    return (registers.get(4) & Cr4.LA57) != 0 ? FIVE_LEVELS : FOUR_LEVELS;
  }

  /** Translates a canonical linear address. */
  Translation translate(long linear, MemoryAccess access) {
    long physical = linear;
    if (paging()) {
      boolean writeProtect = (registers.get(0) & Cr0.WP) != 0;
      Translation walked =
          walk.translate(registers.get(3), levels(), linear, access, writeProtect, structures);
      if (!usesEpt || !(walked instanceof Translation.Mapped(long address))) {
        return walked;
      }
      physical = address;
    }
    return usesEpt
        ? ept.translate(root, physical, access.kind(), false)
        : new Translation.Mapped(physical);
  }

  /** A guest-physical access of the walk. */
  private Translation structure(long address, boolean write) {
    MemoryAccess.Kind kind = write ? MemoryAccess.Kind.WRITE : MemoryAccess.Kind.READ;
    Translation translation = ept.translate(root, address, kind, true);
    return translation instanceof Translation.Mapped(long physical)
            && apic.coversStructure(physical)
        ? new Translation.InAccessPage()
        : translation;
  }
}
