package io.apictck.model.processor.vmx;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.faults.PlantedFault;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.ReferenceChipset;
import io.apictck.model.ReferencePlatform;
import io.apictck.model.processor.Processor;
import io.apictck.model.processor.ProcessorWorld;
import io.apictck.model.processor.VmxDecisions;
import io.apictck.platform.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Faults in what VM entry checks, and in what the capability MSRs say. */
public final class VmxEntryFaults {
  private static final String APIC = "vmx.ApicControlTests";
  private static final String ACTIVITY = "vmx.ActivityInjectionTests";
  private static final String CAPABILITIES = "vmx.CapabilityMsrTests";
  private static final String FIELDS = "vmx.VmcsFieldTests";
  private static final String INJECTION = "vmx.InjectionFieldTests";
  private static final String IPIV = "ipiv.EntryCheckTests";
  private static final String PORTED_INJECTION = "vmx.InvalidInjectionTests";
  private static final String POSTED = "posted.EntryCheckTests";
  private static final String REFUSED = "vmx.RefusedEntryTests";
  private static final String SETTINGS = "vmx.AllowedSettingTests";
  private static final String STATE = "vmx.InjectionStateTests";
  private static final String THRESHOLD = "vmx.TprThresholdCheckTests";

  private VmxEntryFaults() {}

  /** All of them. */
  public static List<PlantedFault> all() {
    List<PlantedFault> faults = new ArrayList<>();
    faults.addAll(controls());
    faults.addAll(injection());
    faults.addAll(guestState());
    faults.addAll(capabilities());
    faults.add(
        PlantedFault.of(
            "BUG-352", "VM entry behind MOV SS", with(EntersBehindMovSs::new), REFUSED));
    return faults;
  }

  private static List<PlantedFault> controls() {
    return List.of(
        checks("BUG-261", "APIC controls without TPR shadow", NoShadowNeeded::new, APIC),
        checks("BUG-262", "Both APIC modes are virtualized", BothModes::new, APIC),
        checks("VMX-ENTRY-WIDTH", "Addresses have 64 bits", WideAddresses::new, APIC),
        checks("VMX-ENTRY-DELIVERY", "VID without exiting", DeliveryAlone::new, APIC),
        checks("VMX-ENTRY-VTPR", "VTPR is not compared", VtprIgnored::new, THRESHOLD),
        checks("VMX-ENTRY-THRESHOLD", "VID uses the threshold", AlwaysThreshold::new, THRESHOLD),
        checks(
            "VMX-ENTRY-WINDOW",
            "NMI windows without virtual NMIs",
            WindowAlone::new,
            "vmx.NmiControlTests"),
        checks("VMX-ENTRY-SECONDARY", "Inactive controls count", InactiveCount::new, SETTINGS),
        checks("VMX-ENTRY-ALLOWED", "Unknown controls are ignored", UnknownIgnored::new, SETTINGS),
        checks("VMX-ENTRY-POSTED", "A vector of 16 bits notifies", WideVector::new, POSTED),
        checks("VMX-ENTRY-DESCRIPTOR", "Descriptors lie anywhere", Unaligned::new, POSTED),
        checks("VMX-ENTRY-TABLE", "The last entry is not looked at", LastEntry::new, IPIV));
  }

  private static List<PlantedFault> injection() {
    return List.of(
        event("VMX-ENTRY-RESERVED", "Reserved bits are injected", 0x7FFF_E000),
        event("VMX-ENTRY-CODE", "Every event may have an error code", 1 << 11),
        checks("VMX-ENTRY-LENGTH", "Any length is injected", AnyLength::new, INJECTION),
        checks("VMX-ENTRY-INVALID", "Invalid injections count", InvalidCounts::new, INJECTION),
        checks(
            "VMX-ENTRY-CODE-WIDTH",
            "Error codes have 32 bits",
            WideErrorCode::new,
            INJECTION,
            PORTED_INJECTION));
  }

  private static List<PlantedFault> guestState() {
    return List.of(
        checks("BUG-333", "A shadow of STI with IF=0", ShadowWithoutIf::new, STATE),
        checks("VMX-ENTRY-IF", "Interrupts are injected with IF=0", NotInjectable::new, STATE),
        checks("VMX-ENTRY-HLT", "Every event wakes", EveryEventWakes::new, ACTIVITY),
        checks("VMX-ENTRY-LEVEL", "HLT at every level", HltAtEveryLevel::new, ACTIVITY));
  }

  private static List<PlantedFault> capabilities() {
    return List.of(
        msrs("VMX-ENTRY-TRUE", "TRUE MSRs exist always", TrueAlways::new, CAPABILITIES),
        msrs("VMX-ENTRY-DEFAULT1", "Old MSRs say what TRUE ones do", OldAsTrue::new, CAPABILITIES),
        msrs("VMX-ENTRY-FIELDS", "All fields exist", AllFields::new, FIELDS, "ipiv.FieldTests"));
  }

  private static PlantedFault checks(
      String id,
      String title,
      BiFunction<CapabilityMsrs, VmxWorld, EntryChecks> checks,
      String... suites) {
    return PlantedFault.of(
        id, title, with((world, cpu) -> new FaultyChecks(world, cpu, checks)), suites);
  }

  private static PlantedFault event(String id, String title, int ignored) {
    return checks(
        id,
        title,
        (msrs, world) -> new BitsIgnored(msrs, world, ignored),
        INJECTION,
        PORTED_INJECTION);
  }

  private static PlantedFault msrs(
      String id,
      String title,
      Function<ModelConfiguration, CapabilityMsrs> msrs,
      String... suites) {
    return PlantedFault.of(
        id, title, with((world, cpu) -> new FaultyMsrs(world, cpu, msrs)), suites);
  }

  private static Function<ModelConfiguration, Platform> with(
      BiFunction<ProcessorWorld, Integer, Processor> processors) {
    return machine -> new ReferencePlatform(machine, ReferenceChipset::new, processors::apply);
  }

  private static final class FaultyChecks extends Processor {
    private final BiFunction<CapabilityMsrs, VmxWorld, EntryChecks> checks;

    FaultyChecks(
        ProcessorWorld world, int cpu, BiFunction<CapabilityMsrs, VmxWorld, EntryChecks> checks) {
      super(world, cpu);
      this.checks = checks;
    }

    @Override
    protected EntryChecks entryChecks(CapabilityMsrs capabilities, VmxWorld machine) {
      return checks.apply(capabilities, machine);
    }
  }

  private static final class FaultyMsrs extends Processor {
    private final ModelConfiguration configuration;
    private final Function<ModelConfiguration, CapabilityMsrs> msrs;

    FaultyMsrs(ProcessorWorld world, int cpu, Function<ModelConfiguration, CapabilityMsrs> msrs) {
      super(world, cpu);
      this.configuration = world.configuration();
      this.msrs = msrs;
    }

    @Override
    protected CapabilityMsrs capabilityMsrs() {
      return msrs.apply(configuration);
    }
  }

  private static final class EntersBehindMovSs extends Processor {
    EntersBehindMovSs(ProcessorWorld world, int cpu) {
      super(world, cpu);
    }

    @Override
    protected VmxDecisions vmxDecisions() {
      return new VmxDecisions() {
        @Override
        protected boolean movSsBlocksEntry() {
          return false;
        }
      };
    }
  }

  private static final class NoShadowNeeded extends EntryChecks {
    NoShadowNeeded(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean apicControls(Vmcs vmcs) {
      return ControlChecks.apicAccessPage(vmcs)
          && ControlChecks.oneApicMode(vmcs)
          && ControlChecks.virtualInterruptDelivery(vmcs);
    }
  }

  private static final class BothModes extends EntryChecks {
    BothModes(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean apicControls(Vmcs vmcs) {
      return ControlChecks.needsTprShadow(vmcs)
          && ControlChecks.apicAccessPage(vmcs)
          && ControlChecks.virtualInterruptDelivery(vmcs);
    }
  }

  private static final class WideAddresses extends EntryChecks {
    private static final long PAGE_OFFSET = 0xFFF;

    WideAddresses(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean apicControls(Vmcs vmcs) {
      return ControlChecks.needsTprShadow(vmcs)
          && (!vmcs.has(VmxControl.VIRTUALIZE_APIC_ACCESSES)
              || (vmcs.get(VmcsField.APIC_ACCESS_ADDRESS) & PAGE_OFFSET) == 0)
          && ControlChecks.oneApicMode(vmcs)
          && ControlChecks.virtualInterruptDelivery(vmcs);
    }
  }

  private static final class DeliveryAlone extends EntryChecks {
    DeliveryAlone(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean apicControls(Vmcs vmcs) {
      return ControlChecks.needsTprShadow(vmcs)
          && ControlChecks.apicAccessPage(vmcs)
          && ControlChecks.oneApicMode(vmcs);
    }
  }

  private static final class VtprIgnored extends EntryChecks {
    VtprIgnored(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean tprShadow(Vmcs vmcs) {
      return ControlChecks.virtualApicPage(vmcs) && ControlChecks.tprThreshold(vmcs);
    }
  }

  private static final class AlwaysThreshold extends EntryChecks {
    private static final long THRESHOLD = 0xF;

    AlwaysThreshold(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean tprShadow(Vmcs vmcs) {
      return super.tprShadow(vmcs)
          && (!vmcs.has(VmxControl.USE_TPR_SHADOW)
              || (vmcs.get(VmcsField.TPR_THRESHOLD) & ~THRESHOLD) == 0);
    }
  }

  private static final class WindowAlone extends EntryChecks {
    WindowAlone(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean nmiControls(Vmcs vmcs) {
      return ControlChecks.virtualNmis(vmcs);
    }
  }

  private static final class InactiveCount extends EntryChecks {
    private final CapabilityMsrs capabilities;

    InactiveCount(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
      this.capabilities = capabilities;
    }

    @Override
    protected boolean executionControls(Vmcs vmcs) {
      long secondary = vmcs.get(VmcsField.SECONDARY_CONTROLS);
      return super.executionControls(vmcs)
          && (secondary & ~capabilities.allowed1(ControlVector.SECONDARY)) == 0;
    }
  }

  private static final class UnknownIgnored extends EntryChecks {
    UnknownIgnored(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean executionControls(Vmcs vmcs) {
      return ControlChecks.cr3Targets(vmcs)
          && ControlChecks.ioBitmaps(vmcs)
          && ControlChecks.msrBitmap(vmcs);
    }
  }

  /** Looks at a copy with something set right. */
  private abstract static class Mended extends EntryChecks {
    Mended(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    static boolean passes(Vmcs vmcs, VmcsField field, long value, Predicate<Vmcs> check) {
      long real = vmcs.get(field);
      vmcs.set(field, value);
      boolean passes = check.test(vmcs);
      vmcs.set(field, real);
      return passes;
    }
  }

  private static final class WideVector extends Mended {
    WideVector(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean postedInterrupts(Vmcs vmcs) {
      return passes(
          vmcs, VmcsField.POSTED_INTERRUPT_NOTIFICATION_VECTOR, 0, super::postedInterrupts);
    }
  }

  private static final class Unaligned extends Mended {
    private static final long OFFSET = 0x3F;

    Unaligned(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean postedInterrupts(Vmcs vmcs) {
      VmcsField field = VmcsField.POSTED_INTERRUPT_DESCRIPTOR_ADDRESS;
      return passes(vmcs, field, vmcs.get(field) & ~OFFSET, super::postedInterrupts);
    }
  }

  private static final class LastEntry extends Mended {
    LastEntry(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean ipiVirtualization(Vmcs vmcs) {
      return passes(vmcs, VmcsField.LAST_PID_POINTER_INDEX, 0, super::ipiVirtualization);
    }
  }

  private static final class BitsIgnored extends Mended {
    private final int ignored;

    BitsIgnored(CapabilityMsrs capabilities, VmxWorld world, int ignored) {
      super(capabilities, world);
      this.ignored = ignored;
    }

    @Override
    protected boolean injection(Vmcs vmcs) {
      VmcsField field = VmcsField.ENTRY_INTERRUPTION_INFORMATION;
      return passes(vmcs, field, vmcs.get(field) & ~(long) ignored, super::injection)
          || super.injection(vmcs);
    }
  }

  private static final class AnyLength extends Mended {
    AnyLength(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean injection(Vmcs vmcs) {
      return passes(vmcs, VmcsField.ENTRY_INSTRUCTION_LENGTH, 1, super::injection);
    }
  }

  private static final class WideErrorCode extends Mended {
    WideErrorCode(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean injection(Vmcs vmcs) {
      return passes(vmcs, VmcsField.ENTRY_EXCEPTION_ERROR_CODE, 0, super::injection);
    }
  }

  private static final class InvalidCounts extends Mended {
    InvalidCounts(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean injection(Vmcs vmcs) {
      VmcsField field = VmcsField.ENTRY_INTERRUPTION_INFORMATION;
      long information = vmcs.get(field);
      return information == 0
          || passes(vmcs, field, information | InterruptionInformation.VALID, super::injection);
    }
  }

  private static final class ShadowWithoutIf extends EntryChecks {
    ShadowWithoutIf(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean interruptibility(Vmcs vmcs) {
      return GuestStateChecks.interruptibilityBits(vmcs) && GuestStateChecks.oneShadow(vmcs);
    }
  }

  private static final class NotInjectable extends EntryChecks {
    NotInjectable(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
    }

    @Override
    protected boolean injectability(Vmcs vmcs) {
      return true;
    }
  }

  private static final class EveryEventWakes extends EntryChecks {
    private final CapabilityMsrs capabilities;

    EveryEventWakes(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
      this.capabilities = capabilities;
    }

    @Override
    protected boolean activity(Vmcs vmcs) {
      return GuestStateChecks.activity(vmcs, capabilities)
          && GuestStateChecks.haltedAtLevelZero(vmcs)
          && GuestStateChecks.activeInShadow(vmcs);
    }
  }

  private static final class HltAtEveryLevel extends EntryChecks {
    private final CapabilityMsrs capabilities;

    HltAtEveryLevel(CapabilityMsrs capabilities, VmxWorld world) {
      super(capabilities, world);
      this.capabilities = capabilities;
    }

    @Override
    protected boolean activity(Vmcs vmcs) {
      return GuestStateChecks.activity(vmcs, capabilities)
          && GuestStateChecks.activeInShadow(vmcs)
          && GuestStateChecks.activityForInjection(vmcs);
    }
  }

  private static final class TrueAlways extends CapabilityMsrs {
    TrueAlways(ModelConfiguration configuration) {
      super(configuration);
    }

    @Override
    public boolean has(int msr) {
      return super.has(msr)
          || (vmx()
              && Msr.IA32_VMX_TRUE_PINBASED_CTLS <= msr
              && msr <= Msr.IA32_VMX_TRUE_ENTRY_CTLS);
    }
  }

  private static final class OldAsTrue extends CapabilityMsrs {
    OldAsTrue(ModelConfiguration configuration) {
      super(configuration);
    }

    @Override
    public long read(int msr) {
      return super.read(
          switch (msr) {
            case Msr.IA32_VMX_PROCBASED_CTLS -> Msr.IA32_VMX_TRUE_PROCBASED_CTLS;
            case Msr.IA32_VMX_ENTRY_CTLS -> Msr.IA32_VMX_TRUE_ENTRY_CTLS;
            default -> msr;
          });
    }
  }

  private static final class AllFields extends CapabilityMsrs {
    AllFields(ModelConfiguration configuration) {
      super(configuration);
    }

    @Override
    public boolean exists(VmcsField field) {
      return true;
    }
  }
}
