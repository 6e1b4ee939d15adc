package io.apictck.model.lapic;

import io.apictck.arch.ApicBase;
import io.apictck.arch.ApicMode;
import io.apictck.arch.DeliveryMode;
import io.apictck.arch.LapicRegister;
import io.apictck.arch.Msr;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import java.util.List;

/** Faults in resets, software disable, IA32_APIC_BASE and the operating modes. */
public final class ResetFaults {
  private ResetFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    return List.of(
        PlantedFault.of(
            "BUG-058",
            "Software disable leaves LVT entries unmasked",
            FaultyMachines.withLvt(DisableLeavesMasks::new),
            "lapic.registers.SoftwareDisableTests"),
        PlantedFault.of(
            "BUG-060",
            "Software disable drops pending requests",
            FaultyMachines.withApics(DisableDropsRequests::new),
            "lapic.registers.SoftwareDisableTests"),
        PlantedFault.of(
            "BUG-062",
            "A software-disabled local APIC drops NMI",
            FaultyMachines.withApics(DisabledDropsNmi::new),
            "lapic.registers.SoftwareDisabledMessageTests"),
        PlantedFault.of(
            "BUG-069",
            "LVT entries are unmasked after reset",
            FaultyMachines.withApics(UnmaskedAfterReset::new),
            "lapic.registers.ResetValueTests",
            "lapic.lvt.LvtRegisterTests"),
        PlantedFault.of(
            "BUG-069-SVR",
            "SVR is zero after reset",
            FaultyMachines.withApics(SvrZero::new),
            "lapic.registers.ResetValueTests"),
        PlantedFault.of(
            "BUG-070",
            "DFR selects no model after reset",
            FaultyMachines.withApics(DfrZero::new),
            "lapic.registers.ResetValueTests"),
        PlantedFault.of(
            "BUG-071",
            "INIT gives IA32_APIC_BASE its power-up value",
            FaultyMachines.withApics(InitAsPowerUp::new),
            "apicbase.ResetTests",
            "init.StateAfterInitTests"),
        PlantedFault.of(
            "BUG-073",
            "Back in xAPIC mode, the ID register keeps the layout of x2APIC mode",
            FaultyMachines.withApics(StaleIdLayout::new),
            "apicbase.StateOverTransitionsTests",
            "kut.IdentityTests"),
        PlantedFault.of(
            "BUG-074",
            "Global disable leaves the timer and its interrupt alive",
            FaultyMachines.withApics(AliveWhileDisabled::new),
            "apicbase.GloballyDisabledTests"),
        PlantedFault.of(
            "BUG-075",
            "Reserved bits of IA32_APIC_BASE are accepted",
            FaultyMachines.withBase(NothingReserved::new),
            "apicbase.ReservedBitTests",
            "kut.IdentityTests"),
        PlantedFault.of(
            "BUG-076",
            "IA32_APIC_BASE reads as zero",
            FaultyMachines.withBase(ReadsZero::new),
            "apicbase.ResetTests",
            "kut.IdentityTests"),
        PlantedFault.of(
            "BUG-076-MOVE",
            "The register page stays where it was when its address is changed",
            FaultyMachines.withBase(FixedPage::new),
            "apicbase.RelocationTests",
            "kut.IdentityTests"),
        PlantedFault.of(
            "BUG-078",
            "Writing the same value to IA32_APIC_BASE in x2APIC mode faults",
            FaultyMachines.withBase(StayingFaults::new),
            "apicbase.ModeTransitionTests"),
        PlantedFault.of(
            "BUG-079",
            "Any write of IA32_APIC_BASE counts as a change of EN in CPUID",
            FaultyMachines.withApics(EnableBitByPrecedence::new),
            "apicbase.GloballyDisabledTests",
            "apicbase.RelocationTests"),
        PlantedFault.of(
            "BUG-132",
            "Every transition between operating modes is accepted",
            FaultyMachines.withBase(AnyTransition::new),
            "apicbase.ModeTransitionTests",
            "kut.GlobalDisableTests"),
        PlantedFault.of(
            "BUG-132-OFF",
            "x2APIC mode cannot be left by disabling",
            FaultyMachines.withBase(NoWayOff::new),
            "apicbase.ModeTransitionTests",
            "kut.GlobalDisableTests"),
        PlantedFault.of(
            "BUG-132-EXTD",
            "EXTD without EN is accepted",
            FaultyMachines.withBase(ExtdWithoutEn::new),
            "apicbase.ModeTransitionTests",
            "kut.GlobalDisableTests"),
        PlantedFault.of(
            "BUG-133",
            "The register page is there in x2APIC mode",
            FaultyMachines.withBase(PageInX2apicMode::new),
            "x2apic.RegisterPageTests",
            "kut.GlobalDisableTests"),
        PlantedFault.of(
            "CPU-WAIT-NMI",
            "An NMI starts a processor that waits for a start-up IPI",
            FaultyMachines.withApics(NmiEndsWait::new),
            "init.WaitForSipiTests"));
  }

  private static final class DisableLeavesMasks extends LocalVectorTable {
    DisableLeavesMasks(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean forcesMask() {
      return false;
    }

    @Override
    void maskAll() {
      // The fault.
    }
  }

  private static final class DisableDropsRequests extends LocalApic {
    DisableDropsRequests(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    void softwareDisabled() {
      queues.irr.clear();
      super.softwareDisabled();
    }
  }

  private static final class DisabledDropsNmi extends LocalApic {
    DisabledDropsNmi(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public boolean honours(DeliveryMode mode) {
      return super.honours(mode) && (mode != DeliveryMode.NMI || isSoftwareEnabled());
    }
  }

  private static final class UnmaskedAfterReset extends LocalApic {
    UnmaskedAfterReset(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    int resetValue(LapicRegister register) {
      return register.isLvt() ? 0 : super.resetValue(register);
    }
  }

  private static final class SvrZero extends LocalApic {
    SvrZero(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    int resetValue(LapicRegister register) {
      return register == LapicRegister.SVR ? 0 : super.resetValue(register);
    }
  }

  private static final class DfrZero extends LocalApic {
    DfrZero(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    int resetValue(LapicRegister register) {
      return register == LapicRegister.DFR ? ~register.definedBits() : super.resetValue(register);
    }
  }

  private static final class InitAsPowerUp extends LocalApic {
    InitAsPowerUp(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public void init() {
      powerUp();
    }
  }

  private static final class StaleIdLayout extends LocalApic {
    private boolean wasX2apic;

    StaleIdLayout(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public void powerUp() {
      wasX2apic = false;
      super.powerUp();
    }

    @Override
    void modeChanged(ApicMode before, ApicMode after) {
      wasX2apic |= after == ApicMode.X2APIC;
      super.modeChanged(before, after);
    }

    @Override
    int idRegister() {
      return wasX2apic ? initialId() : super.idRegister();
    }
  }

  private static final class AliveWhileDisabled extends LocalApic {
    AliveWhileDisabled(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    void modeChanged(ApicMode before, ApicMode after) {
      if (after == ApicMode.X2APIC) {
        super.modeChanged(before, after);
      }
    }
  }

  private static final class NothingReserved extends ApicBaseState {
    NothingReserved(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long definedBits() {
      return -1;
    }
  }

  private static final class ReadsZero extends ApicBaseState {
    ReadsZero(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    long read() {
      return 0;
    }
  }

  private static final class FixedPage extends ApicBaseState {
    FixedPage(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean decodes(long address) {
      return mode() == ApicMode.XAPIC
          && (address & -LapicRegister.PAGE_SIZE) == ApicBase.DEFAULT_ADDRESS;
    }
  }

  private static final class StayingFaults extends ApicBaseState {
    StayingFaults(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean isLegalTransition(ApicMode from, ApicMode to) {
      return (from != ApicMode.X2APIC || to != ApicMode.X2APIC)
          && super.isLegalTransition(from, to);
    }
  }

  private static final class EnableBitByPrecedence extends LocalApic {
    private boolean shown = true;

    EnableBitByPrecedence(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public void powerUp() {
      shown = true;
      super.powerUp();
    }

    @Override
    public void wrmsr(int msr, long value) {
      long before = base.read();
      super.wrmsr(msr, value);
      if (msr == Msr.IA32_APIC_BASE && (before ^ (value & ApicBase.EN)) != 0) {
        shown = !shown;
      }
    }

    @Override
    public boolean isEnabled() {
      return shown;
    }
  }

  private static final class NmiEndsWait extends LocalApic {
    private static final int ANYWHERE = 0x08;

    NmiEndsWait(ModelConfiguration configuration, int cpu, LocalApicWorld world) {
      super(configuration, cpu, world);
    }

    @Override
    public boolean receive(InterruptMessage message) {
      if (message.mode() == DeliveryMode.NMI) {
        // Only a processor that waits takes it.
        world.startUp(ANYWHERE);
      }
      return super.receive(message);
    }
  }

  private static final class AnyTransition extends ApicBaseState {
    AnyTransition(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean isLegalTransition(ApicMode from, ApicMode to) {
      return true;
    }
  }

  private static final class NoWayOff extends ApicBaseState {
    NoWayOff(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean isLegalTransition(ApicMode from, ApicMode to) {
      return (from != ApicMode.X2APIC || to != ApicMode.DISABLED)
          && super.isLegalTransition(from, to);
    }
  }

  private static final class ExtdWithoutEn extends ApicBaseState {
    ExtdWithoutEn(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    void write(long value) {
      try {
        super.write(value);
      } catch (GeneralProtectionException e) {
        if (ApicBase.of(value).en() || !ApicBase.of(value).extd()) {
          throw e;
        }
        super.write(value & ~ApicBase.EXTD);
        raw = value;
      }
    }
  }

  private static final class PageInX2apicMode extends ApicBaseState {
    PageInX2apicMode(LocalApic apic, ModelConfiguration configuration) {
      super(apic, configuration);
    }

    @Override
    boolean decodes(long address) {
      return mode() != ApicMode.DISABLED
          && (address & -LapicRegister.PAGE_SIZE) == (raw & -LapicRegister.PAGE_SIZE);
    }
  }
}
