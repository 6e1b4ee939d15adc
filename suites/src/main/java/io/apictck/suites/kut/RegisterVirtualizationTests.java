package io.apictck.suites.kut;

import static io.apictck.arch.vmx.VmxControl.APIC_REGISTER_VIRTUALIZATION;
import static io.apictck.arch.vmx.VmxControl.USE_TPR_SHADOW;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_APIC_ACCESSES;
import static io.apictck.arch.vmx.VmxControl.VIRTUALIZE_X2APIC_MODE;
import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ApicAccessType;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VirtualApicPage;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.junit.Conformance;
import io.apictck.junit.Covers;
import io.apictck.junit.Ports;
import io.apictck.junit.Requires;
import io.apictck.junit.Sweep;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Cpu;
import io.apictck.machine.VmExit;
import io.apictck.platform.Feature;
import io.apictck.platform.Instruction;
import io.apictck.suites.support.ApicGuest;
import io.apictck.suites.support.ApicPageRules;
import io.apictck.suites.support.ApicPageRules.Fate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The configurations of apic_reg_virt_test (vmx_tests.c): a load and a store of each of 64
 * registers in the page, or an entry that fails.
 */
@Conformance
@Requires({Feature.TPR_SHADOW, Feature.VIRTUALIZE_APIC_ACCESSES})
final class RegisterVirtualizationTests {
  private static final int MAGIC = 0x1234_5678;
  private static final int STEP = 0x10;
  private static final int LAST = 0x3F;

  private record Setting(ApicGuest guest, ApicPageRules rules, boolean ordinary) {
    static Setting of(Cpu cpu, boolean secondary, VmxControl... controls) {
      ApicGuest guest = ApicGuest.of(cpu);
      guest
          .vcpu()
          .write(
              Map.of(
                  VmcsField.VIRTUAL_APIC_ADDRESS, guest.page().address(),
                  VmcsField.TPR_THRESHOLD, 0L,
                  VmcsField.APIC_ACCESS_ADDRESS, guest.accessPage()));
      guest.vcpu().set(controls);
      if (!secondary) {
        guest.vcpu().clear(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
      }
      List<VmxControl> all = List.of(controls);
      boolean accesses = secondary && all.contains(VIRTUALIZE_APIC_ACCESSES);
      return new Setting(
          guest,
          new ApicPageRules(
              all.contains(USE_TPR_SHADOW),
              all.contains(APIC_REGISTER_VIRTUALIZATION),
              false,
              false),
          !accesses);
    }

    /** 64 loads. */
    void reads(Cases cases) {
      cases.range(0, LAST, number -> access(number * STEP, true));
    }

    /** 64 stores. */
    void writes(Cases cases) {
      cases.range(0, LAST, number -> access(number * STEP, false));
    }

    private void access(int register, boolean read) {
      long address = guest.accessPage() + register;
      Fate fate = read ? rules.read(register, 4) : rules.write(register, 4);
      guest.page().write(register, read && !ordinary ? MAGIC : 0);
      guest.host().write32(address, read && ordinary ? MAGIC : 0);
      guest.vcpu().enter();
      BlockRun run =
          guest
              .guest()
              .start(
                  read
                      ? new Instruction.Load(address, 4)
                      : new Instruction.Store(address, 4, MAGIC),
                  new Instruction.Vmcall());
      VmExit exit = guest.vcpu().exit();
      if (!ordinary && fate == Fate.ACCESS_EXIT) {
        ApicAccessType type = read ? ApicAccessType.READ : ApicAccessType.WRITE;
        assertThat(exit)
            .hasReason(ExitReason.APIC_ACCESS)
            .hasQualification(type.qualification(register))
            .isAt(run, 0);
        guest.vcpu().skip(exit);
        guest.vcpu().enter();
        exit = guest.vcpu().exit();
      } else if (!ordinary && fate == Fate.WRITE_EXIT) {
        assertThat(exit).hasReason(ExitReason.APIC_WRITE).hasQualification(register).isAt(run, 1);
        assertThat(guest.page().read(register)).as("virtual register").isEqualTo(MAGIC);
        guest.vcpu().enter();
        exit = guest.vcpu().exit();
      } else if (!read) {
        assertStored(register);
      }
      assertThat(exit).hasReason(ExitReason.VMCALL);
      guest.vcpu().skip(exit);
      guest.vcpu().enter();
      long[] values = run.values();
      if (read && (ordinary || fate == Fate.VIRTUALIZED)) {
        assertThat(values[0]).as("what the guest read").isEqualTo(MAGIC);
      }
      guest.vcpu().leave();
    }

    private void assertStored(int register) {
      if (ordinary) {
        assertThat(guest.host().read32(guest.accessPage() + register))
            .as("memory")
            .isEqualTo(MAGIC);
        return;
      }
      int kept =
          switch (register) {
            case VirtualApicPage.VTPR -> 0xFF;
            case VirtualApicPage.VICR_HI -> 0xFF00_0000;
            default -> -1;
          };
      assertThat(guest.page().read(register)).as("virtual register").isEqualTo(MAGIC & kept);
    }
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-001")
  @Ports("KUT-VMX-RV-1-R")
  void accessesAloneReads(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES).reads(cases);
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-001")
  @Ports("KUT-VMX-RV-1-W")
  void accessesAloneWrites(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES).writes(cases);
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-003")
  @Ports("KUT-VMX-RV-2-R")
  void accessesAndTprShadowReads(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES, USE_TPR_SHADOW).reads(cases);
  }

  @Test
  @Sweep
  @Covers("FLEX-AA-007")
  @Ports("KUT-VMX-RV-2-W")
  void accessesAndTprShadowWrites(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES, USE_TPR_SHADOW).writes(cases);
  }

  @Test
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("APICV-REG-001")
  @Ports("KUT-VMX-RV-3-R")
  void registersReads(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION)
        .reads(cases);
  }

  @Test
  @Sweep
  @Requires(Feature.APIC_REGISTER_VIRTUALIZATION)
  @Covers("APICV-REG-005")
  @Ports("KUT-VMX-RV-3-W")
  void registersWrites(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, VIRTUALIZE_APIC_ACCESSES, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION)
        .writes(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-4-R")
  void secondaryControlsNotActivatedWithoutTprShadowReads(Cpu cpu, Cases cases) {
    Setting.of(
            cpu,
            false,
            VIRTUALIZE_APIC_ACCESSES,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUALIZE_X2APIC_MODE)
        .reads(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-4-W")
  void secondaryControlsNotActivatedWithoutTprShadowWrites(Cpu cpu, Cases cases) {
    Setting.of(
            cpu,
            false,
            VIRTUALIZE_APIC_ACCESSES,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUALIZE_X2APIC_MODE)
        .writes(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-5-R")
  void secondaryControlsNotActivatedReads(Cpu cpu, Cases cases) {
    Setting.of(
            cpu,
            false,
            VIRTUALIZE_APIC_ACCESSES,
            USE_TPR_SHADOW,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUALIZE_X2APIC_MODE)
        .reads(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-5-W")
  void secondaryControlsNotActivatedWrites(Cpu cpu, Cases cases) {
    Setting.of(
            cpu,
            false,
            VIRTUALIZE_APIC_ACCESSES,
            USE_TPR_SHADOW,
            APIC_REGISTER_VIRTUALIZATION,
            VIRTUALIZE_X2APIC_MODE)
        .writes(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-6-R")
  void accessesNotVirtualizedReads(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION, VIRTUALIZE_X2APIC_MODE)
        .reads(cases);
  }

  @Test
  @Sweep
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers("FLEX-AA-023")
  @Ports("KUT-VMX-RV-6-W")
  void accessesNotVirtualizedWrites(Cpu cpu, Cases cases) {
    Setting.of(cpu, true, USE_TPR_SHADOW, APIC_REGISTER_VIRTUALIZATION, VIRTUALIZE_X2APIC_MODE)
        .writes(cases);
  }

  @Test
  @Requires({Feature.APIC_REGISTER_VIRTUALIZATION, Feature.VIRTUALIZE_X2APIC_MODE})
  @Covers({"VMX-CTL-008", "VMX-CTL-010"})
  @Ports("KUT-VMX-RV-BAD")
  void inconsistentControlsFailTheEntry(Cpu cpu) {
    List<List<VmxControl>> settings =
        List.of(
            List.of(VIRTUALIZE_APIC_ACCESSES, APIC_REGISTER_VIRTUALIZATION),
            List.of(VIRTUALIZE_X2APIC_MODE),
            List.of(APIC_REGISTER_VIRTUALIZATION, VIRTUALIZE_X2APIC_MODE),
            List.of(VIRTUALIZE_APIC_ACCESSES, USE_TPR_SHADOW, VIRTUALIZE_X2APIC_MODE),
            List.of(
                VIRTUALIZE_APIC_ACCESSES,
                USE_TPR_SHADOW,
                APIC_REGISTER_VIRTUALIZATION,
                VIRTUALIZE_X2APIC_MODE));
    Setting setting = Setting.of(cpu, true);
    for (List<VmxControl> controls : settings) {
      VmxControl[] all = controls.toArray(VmxControl[]::new);
      setting.guest().vcpu().set(all);
      assertThat(setting.guest().vcpu().tryEnter())
          .as("entry with %s", controls)
          .failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
      setting.guest().vcpu().clear(all);
    }
    setting.guest().vcpu().enter();
    setting.guest().vcpu().leave();
  }
}
