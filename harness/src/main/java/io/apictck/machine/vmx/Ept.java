package io.apictck.machine.vmx;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.EptCapabilities;
import io.apictck.arch.vmx.EptEntry;
import io.apictck.arch.vmx.EptPointer;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.machine.Cpu;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;

/**
 * EPT paging structures (Intel SDM Vol. 3C, "The Extended Page Table Mechanism (EPT)"). They map
 * the first 4 GiB to itself, until a test changes some pages, which it does before the first VM
 * entry with them. The last of the 4 GiB is uncacheable, as devices are.
 */
public final class Ept {
  private static final long DEVICES = 0xC000_0000L;

  private static final IdentityMap.Format FORMAT =
      new IdentityMap.Format() {
        @Override
        public long table(long address) {
          return address | EptEntry.RIGHTS;
        }

        @Override
        public long largePage(long address) {
          return page(address) | EptEntry.LARGE;
        }

        @Override
        public long page(long address) {
          return address | EptEntry.RIGHTS | memoryType(address);
        }
      };

  private final Cpu host;
  private final IdentityMap map;

  private Ept(Cpu host, IdentityMap map) {
    this.host = host;
    this.map = map;
  }

  /** New structures. */
  public static Ept identity(Cpu host) {
    return new Ept(host, IdentityMap.create(host, FORMAT));
  }

  private static long memoryType(long address) {
    return address < DEVICES ? EptEntry.WRITE_BACK : 0;
  }

  private EptCapabilities capabilities() {
    return new EptCapabilities(host.rdmsr(Msr.IA32_VMX_EPT_VPID_CAP));
  }

  /** The EPT pointer. */
  public EptPointer pointer() {
    return EptPointer.to(
        map.top(),
        capabilities().has(EptCapabilities.WRITE_BACK)
            ? EptPointer.WRITE_BACK
            : EptPointer.UNCACHEABLE);
  }

  /** Makes a guest use them; what the processor knew of earlier ones in the same place is gone. */
  public void enable(Vcpu vcpu) {
    vcpu.write(VmcsField.EPT_POINTER, pointer().raw());
    vcpu.set(VmxControl.ENABLE_EPT);
    if (capabilities().has(EptCapabilities.INVEPT | EptCapabilities.INVEPT_ALL_CONTEXTS)) {
      host.run(new Instruction.Invept(Instruction.Invept.ALL_CONTEXTS, 0));
    }
  }

  /** Maps a page of 4 KiB; {@code rights} are those of {@link EptEntry}. */
  public void map(long guestPhysical, long physical, long rights) {
    map.set(guestPhysical, physical | memoryType(physical) | rights);
  }

  /** Maps a page of 4 KiB with all rights. */
  public void map(long guestPhysical, long physical) {
    map(guestPhysical, physical, EptEntry.RIGHTS);
  }
}
