package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.Access;
import io.apictck.arch.ApicMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Instruction;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * RDMSR and WRMSR of a guest to MSRs 800h to 8FFh that its MSR bitmap lets through (Intel SDM Vol.
 * 3C, "Virtualizing MSR-Based APIC Accesses"): they are virtualized, or reach the physical local
 * APIC, or fault.
 */
public final class X2apicSweep {
  /** The last MSR of the registers that exist at most. */
  public static final int LAST_REGISTER = 0x83F;

  private static final int SELF_IPI_VECTOR = 0xF1;
  private static final int TASK_PRIORITY = 0x78;
  private static final int LOW_BYTES = 0xFF;

  private final Cpu host;
  private final ApicGuest guest;
  private final Set<VmxControl> controls;
  private final boolean physical;
  private final int lastLvt;

  private X2apicSweep(Cpu host, Set<VmxControl> controls) {
    this.host = host;
    this.controls = controls;
    this.physical = host.lapic().mode() == ApicMode.X2APIC;
    this.lastLvt = host.lapic().version().maxLvtEntry();
    this.guest = ApicGuest.of(host, controls.toArray(VmxControl[]::new));
  }

  /** That of a new guest with TPR shadow and these controls. */
  public static X2apicSweep of(Cpu host, VmxControl... controls) {
    Set<VmxControl> all = EnumSet.of(VmxControl.USE_TPR_SHADOW);
    all.addAll(List.of(controls));
    return new X2apicSweep(host, all);
  }

  /**
   * The same with "activate secondary controls" 0: the VMCS has these controls, and they mean
   * nothing.
   */
  public static X2apicSweep withoutSecondary(Cpu host, VmxControl... controls) {
    X2apicSweep sweep = of(host, controls);
    sweep.guest.vcpu().clear(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
    sweep.controls.retainAll(EnumSet.of(VmxControl.USE_TPR_SHADOW));
    return sweep;
  }

  /** The guest. */
  public ApicGuest guest() {
    return guest;
  }

  private boolean has(VmxControl control) {
    return controls.contains(VmxControl.VIRTUALIZE_X2APIC_MODE) && controls.contains(control);
  }

  private static int offset(int msr) {
    return (msr - Msr.X2APIC_FIRST) << 4;
  }

  private Access physicalAccess(int msr) {
    LapicRegister register = msr > LAST_REGISTER ? null : LapicRegister.atOrNull(offset(msr));
    if (!physical || register == null || register.lvtIndex() > lastLvt) {
      return Access.ABSENT;
    }
    return register.access(ApicMode.X2APIC);
  }

  // ---- RDMSR ----

  /** RDMSR of 800h to {@code last}. */
  public void reads(Cases cases, int last) {
    PageImage image = PageImage.pattern();
    guest.page().setImage(image.words());
    if (controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)) {
      // no vector is in service, so PPR virtualization at VM entry gives VTPR
      image.set(VirtualApicPage.VPPR, image.get(VirtualApicPage.VTPR) & LOW_BYTES);
    }
    long[] values = new long[last + 1 - Msr.X2APIC_FIRST];
    for (int msr = Msr.X2APIC_FIRST; msr <= last; msr++) {
      if (physicalAccess(msr).readable()) {
        values[msr - Msr.X2APIC_FIRST] = host.rdmsr(msr);
      }
    }
    guest.vcpu().enter();
    cases.range(
        Msr.X2APIC_FIRST,
        last,
        msr -> {
          if (readIsVirtualized(msr)) {
            assertThat(guest.guest().rdmsr(msr))
                .as("virtualized RDMSR")
                .isEqualTo(image.get(offset(msr), Long.BYTES));
          } else if (physicalAccess(msr).readable()) {
            assertThat(guest.guest().rdmsr(msr))
                .as("RDMSR of the physical local APIC")
                .isEqualTo(values[msr - Msr.X2APIC_FIRST]);
          } else {
            assertThat(guest.guest().attempt(new Instruction.Rdmsr(msr))).raisesGeneralProtection();
          }
        });
    guest.vcpu().leave();
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(image.words());
  }

  private boolean readIsVirtualized(int msr) {
    return has(VmxControl.APIC_REGISTER_VIRTUALIZATION)
        || (controls.contains(VmxControl.VIRTUALIZE_X2APIC_MODE) && msr == LapicRegister.TPR.msr());
  }

  // ---- WRMSR ----

  /** WRMSR of 800h to {@code last}, of values that the registers take. */
  public void writes(Cases cases, int last) {
    PageImage image = PageImage.pattern().withoutService();
    guest.page().setImage(image.words());
    cases.range(
        Msr.X2APIC_FIRST,
        last,
        msr -> {
          if (writeIsVirtualized(msr)) {
            virtualizedWrite(msr, image);
          } else if (physicalAccess(msr).writable()) {
            physicalWrite(msr);
          } else {
            enter();
            assertThat(guest.guest().attempt(new Instruction.Wrmsr(msr, 0)))
                .raisesGeneralProtection();
          }
        });
    enter();
    leave();
    if (controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)) {
      image.set(VirtualApicPage.VPPR, image.get(VirtualApicPage.VTPR) & LOW_BYTES);
    }
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(image.words());
  }

  private void enter() {
    if (!guest.vcpu().inGuest()) {
      guest.vcpu().enter();
    }
  }

  private void leave() {
    if (guest.vcpu().inGuest()) {
      guest.vcpu().leave();
    }
  }

  /** WRMSR of all ones to 800h to {@code last}: it faults, whatever is virtualized. */
  public void reservedBits(Cases cases, int last) {
    PageImage image = PageImage.pattern();
    guest.page().setImage(image.words());
    if (controls.contains(VmxControl.VIRTUAL_INTERRUPT_DELIVERY)) {
      image.set(VirtualApicPage.VPPR, image.get(VirtualApicPage.VTPR) & LOW_BYTES);
    }
    guest.vcpu().enter();
    cases.range(
        Msr.X2APIC_FIRST,
        last,
        msr -> {
          // the reserved bits of the physical ICR are looked at elsewhere
          if (msr != LapicRegister.ICR.msr() || writeIsVirtualized(msr)) {
            assertThat(guest.guest().attempt(new Instruction.Wrmsr(msr, -1)))
                .raisesGeneralProtection();
          }
        });
    guest.vcpu().leave();
    assertThat(guest.page().image()).as("virtual-APIC page").isEqualTo(image.words());
  }

  private boolean writeIsVirtualized(int msr) {
    return switch (offset(msr)) {
      case VirtualApicPage.VTPR -> controls.contains(VmxControl.VIRTUALIZE_X2APIC_MODE);
      case VirtualApicPage.VEOI, VirtualApicPage.SELF_IPI ->
          has(VmxControl.VIRTUAL_INTERRUPT_DELIVERY);
      case VirtualApicPage.VICR_LO -> has(VmxControl.IPI_VIRTUALIZATION);
      default -> false;
    };
  }

  private void virtualizedWrite(int msr, PageImage image) {
    int offset = offset(msr);
    long value =
        switch (offset) {
          case VirtualApicPage.VTPR -> TASK_PRIORITY;
          case VirtualApicPage.VICR_LO -> 0x0004_0000L | SELF_IPI_VECTOR;
          default -> 0;
        };
    image.set(offset, Long.BYTES, value);
    enter();
    BlockRun run = guest.guest().start(new Instruction.Wrmsr(msr, value), new Instruction.Vmcall());
    if (offset == VirtualApicPage.SELF_IPI || offset == VirtualApicPage.VICR_LO) {
      // neither a vector below 16 nor a shorthand can be virtualized here
      assertThat(guest.vcpu().exit())
          .hasReason(ExitReason.APIC_WRITE)
          .hasQualification(offset)
          .isAt(run, 1);
      assertThat(guest.page().read64(offset)).as("what was stored").isEqualTo(value);
      guest.vcpu().enter();
    }
    finish();
  }

  private void finish() {
    VmExit exit = guest.vcpu().exit(ExitReason.VMCALL);
    guest.vcpu().skip(exit);
  }

  private void physicalWrite(int msr) {
    boolean readable = physicalAccess(msr).readable();
    leave();
    LapicRegister register = LapicRegister.atOrNull(offset(msr));
    long old = readable ? host.rdmsr(msr) : 0;
    long value = register == null ? 0 : written(register, old);
    guest.vcpu().enter();
    BlockRun run = guest.guest().start(new Instruction.Wrmsr(msr, value), new Instruction.Vmcall());
    if (register == LapicRegister.ICR) {
      assertThat(guest.vcpu().exit()).hasReason(ExitReason.EXTERNAL_INTERRUPT).isAt(run, 1);
      host.sti();
      host.serve(SELF_IPI_VECTOR);
      host.cli();
      guest.vcpu().enter();
    }
    finish();
    if (readable) {
      assertThat(host.rdmsr(msr)).as("physical register after the write").isEqualTo(value);
      if (register != LapicRegister.ICR) {
        host.wrmsr(msr, register == LapicRegister.ESR ? 0 : old);
      }
    } else {
      host.lapic().latchErrors();
    }
  }

  /** What differs from the old value where that does no harm. */
  private static long written(LapicRegister register, long old) {
    return switch (register) {
      case TPR -> TASK_PRIORITY;
      case ICR -> 0x0004_0000L | SELF_IPI_VECTOR;
      case EOI, ESR, INITIAL_COUNT, SELF_IPI -> 0;
      case DIVIDE_CONFIGURATION -> old ^ 0xB;
      case SVR -> old ^ 0x10;
      default -> old ^ SELF_IPI_VECTOR;
    };
  }
}
