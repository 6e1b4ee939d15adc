package io.apictck.model.processor.vmx;

import io.apictck.arch.Cr4;
import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.EptCapabilities;
import io.apictck.arch.vmx.FieldExistence;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxBasic;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.arch.vmx.VmxMisc;
import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Feature;
import java.util.Set;

/**
 * What a processor says of its VMX (Intel SDM Vol. 3D, "VMX Capability Reporting Facility").
 *
 * <p>Supported: the controls that {@link Feature}s stand for, and those that every processor has.
 * Controls for instructions that the model does not have may be 1, without an effect. Not
 * supported: VPID, unrestricted guests, the preemption timer, secondary VM-exit controls, and
 * controls for IA32_EFER, IA32_PAT, IA32_PERF_GLOBAL_CTRL.
 *
 * <p>Where the manual leaves a choice: hardware exceptions are injected with an error code exactly
 * where they have one; read-only fields cannot be written; software events need an instruction
 * length from 1; of the default1 controls, CR3-load exiting, CR3-store exiting and those for debug
 * controls may be 0.
 */
@SuppressWarnings("EnumOrdinal") // the ordinals are the numbers of the manual
public class CapabilityMsrs {
  /** The VMCS revision identifier. */
  public static final int REVISION = 0x12;

  private static final long REGION_SIZE = 0x1000;
  private static final long WRITE_BACK = 6;
  private static final long TRUE_CONTROLS = 1L << 55;

  /** VM exits store IA32_EFER.LMA in "IA-32e mode guest"; four CR3-target values. */
  private static final long MISC_ALWAYS = 1 << 5 | 4 << 16;

  private static final int MISC_HLT = 1 << 6;
  private static final int MISC_SHUTDOWN = 1 << 7;
  private static final int MISC_WAIT_FOR_SIPI = 1 << 8;

  /** PE, NE and PG. */
  private static final long CR0_FIXED0 = 0x8000_0021L;

  private static final long CR0_FIXED1 = 0xFFFF_FFFFL;

  /** VMXE. */
  private static final long CR4_FIXED0 = 1 << 13;

  /** All bits up to OSXMMEXCPT, and VMXE. */
  private static final long CR4_FIXED1 = 0x27FF;

  /** CR3-load exiting and CR3-store exiting. */
  private static final long CR3_EXITING = 1 << 15 | 1 << 16;

  /** Save debug controls, load debug controls. */
  private static final long DEBUG_CONTROLS = 1 << 2;

  /** INVLPG, RDPMC and MOV-DR exiting. */
  private static final long WITHOUT_EFFECT = 1 << 9 | 1 << 11 | 1 << 23;

  private static final int HIGHEST_INDEX = 0x3FE;

  /** Controls that every processor here has. */
  private static final Set<VmxControl> ALWAYS =
      Set.of(
          VmxControl.EXTERNAL_INTERRUPT_EXITING,
          VmxControl.NMI_EXITING,
          VmxControl.INTERRUPT_WINDOW_EXITING,
          VmxControl.USE_TSC_OFFSETTING,
          VmxControl.HLT_EXITING,
          VmxControl.MWAIT_EXITING,
          VmxControl.RDTSC_EXITING,
          VmxControl.CR8_LOAD_EXITING,
          VmxControl.CR8_STORE_EXITING,
          VmxControl.UNCONDITIONAL_IO_EXITING,
          VmxControl.MONITOR_EXITING,
          VmxControl.PAUSE_EXITING,
          VmxControl.HOST_ADDRESS_SPACE_SIZE,
          VmxControl.ACKNOWLEDGE_INTERRUPT_ON_EXIT,
          VmxControl.IA32E_MODE_GUEST);

  private final ModelConfiguration configuration;
  private final long cr4Fixed1;
  private final VmxBasic basic;
  private final VmxMisc misc;
  private final long[] allowed1 = new long[ControlVector.values().length];

  /** Those of the processors of a machine. */
  public CapabilityMsrs(ModelConfiguration configuration) {
    this.configuration = configuration;
    cr4Fixed1 = findCr4Fixed1();
    basic =
        new VmxBasic(
            REVISION
                | REGION_SIZE << 32
                | WRITE_BACK << 50
                | (configuration.has(Feature.VMX_TRUE_CONTROLS) ? TRUE_CONTROLS : 0));
    misc =
        new VmxMisc(
            MISC_ALWAYS
                | (configuration.has(Feature.HLT_ACTIVITY) ? MISC_HLT : 0)
                | (configuration.has(Feature.SHUTDOWN_ACTIVITY) ? MISC_SHUTDOWN : 0)
                | (configuration.has(Feature.WAIT_FOR_SIPI_ACTIVITY) ? MISC_WAIT_FOR_SIPI : 0));
    for (ControlVector vector : ControlVector.values()) {
      allowed1[vector.ordinal()] = Integer.toUnsignedLong(vector.default1());
    }
    allowed1[ControlVector.PRIMARY.ordinal()] |= WITHOUT_EFFECT;
    ALWAYS.forEach(this::allow);
    for (Feature feature : Feature.values()) {
      if (configuration.has(feature)) {
        feature.control().ifPresent(this::allow);
      }
    }
    if (configuration.has(Feature.VIRTUAL_NMIS)) {
      allow(VmxControl.NMI_WINDOW_EXITING);
    }
    if (allowed1[ControlVector.SECONDARY.ordinal()] != 0) {
      allow(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
    }
    if (allowed1[ControlVector.TERTIARY.ordinal()] != 0) {
      allow(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
    }
  }

  private void allow(VmxControl control) {
    allowed1[control.vector().ordinal()] |= control.mask();
  }

  /** Whether a processor has VMX. */
  public final boolean vmx() {
    return configuration.has(Feature.VMX);
  }

  /** Whether an MSR is one of these and exists. */
  public boolean has(int msr) {
    return vmx()
        && switch (msr) {
          case Msr.IA32_FEATURE_CONTROL -> true;
          case Msr.IA32_VMX_PROCBASED_CTLS2 -> allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS);
          case Msr.IA32_VMX_PROCBASED_CTLS3 -> allows(VmxControl.ACTIVATE_TERTIARY_CONTROLS);
          case Msr.IA32_VMX_EXIT_CTLS2 -> allows(VmxControl.ACTIVATE_SECONDARY_EXIT_CONTROLS);
          case Msr.IA32_VMX_EPT_VPID_CAP ->
              allows(VmxControl.ENABLE_EPT) || allows(VmxControl.ENABLE_VPID);
          case Msr.IA32_VMX_TRUE_PINBASED_CTLS,
              Msr.IA32_VMX_TRUE_PROCBASED_CTLS,
              Msr.IA32_VMX_TRUE_EXIT_CTLS,
              Msr.IA32_VMX_TRUE_ENTRY_CTLS ->
              basic().trueControls();
          default -> Msr.IA32_VMX_BASIC <= msr && msr <= Msr.IA32_VMX_VMCS_ENUM;
        };
  }

  /** The value of an MSR that exists. */
  public long read(int msr) {
    return switch (msr) {
      case Msr.IA32_FEATURE_CONTROL -> Msr.FEATURE_CONTROL_LOCK | Msr.FEATURE_CONTROL_VMXON;
      case Msr.IA32_VMX_BASIC -> basic().raw();
      case Msr.IA32_VMX_PINBASED_CTLS -> capability(ControlVector.PIN, false);
      case Msr.IA32_VMX_PROCBASED_CTLS -> capability(ControlVector.PRIMARY, false);
      case Msr.IA32_VMX_EXIT_CTLS -> capability(ControlVector.EXIT, false);
      case Msr.IA32_VMX_ENTRY_CTLS -> capability(ControlVector.ENTRY, false);
      case Msr.IA32_VMX_TRUE_PINBASED_CTLS -> capability(ControlVector.PIN, true);
      case Msr.IA32_VMX_TRUE_PROCBASED_CTLS -> capability(ControlVector.PRIMARY, true);
      case Msr.IA32_VMX_TRUE_EXIT_CTLS -> capability(ControlVector.EXIT, true);
      case Msr.IA32_VMX_TRUE_ENTRY_CTLS -> capability(ControlVector.ENTRY, true);
      case Msr.IA32_VMX_PROCBASED_CTLS2 -> allowed1(ControlVector.SECONDARY) << 32;
      case Msr.IA32_VMX_PROCBASED_CTLS3 -> allowed1(ControlVector.TERTIARY);
      case Msr.IA32_VMX_MISC -> misc().raw();
      case Msr.IA32_VMX_CR0_FIXED0 -> CR0_FIXED0;
      case Msr.IA32_VMX_CR0_FIXED1 -> CR0_FIXED1;
      case Msr.IA32_VMX_CR4_FIXED0 -> CR4_FIXED0;
      case Msr.IA32_VMX_CR4_FIXED1 -> cr4Allowed();
      case Msr.IA32_VMX_VMCS_ENUM -> highestIndex();
      case Msr.IA32_VMX_EPT_VPID_CAP -> ept().raw();
      default -> throw new IllegalArgumentException("no VMX capability MSR: " + msr);
    };
  }

  /** IA32_VMX_BASIC. */
  public VmxBasic basic() {
    return basic;
  }

  /** IA32_VMX_MISC. */
  public VmxMisc misc() {
    return misc;
  }

  /** IA32_VMX_EPT_VPID_CAP. */
  public EptCapabilities ept() {
    return new EptCapabilities(
        EptCapabilities.FOUR_LEVELS
            | EptCapabilities.UNCACHEABLE
            | EptCapabilities.WRITE_BACK
            | EptCapabilities.LARGE_PAGES
            | EptCapabilities.INVEPT
            | EptCapabilities.INVEPT_SINGLE_CONTEXT
            | EptCapabilities.INVEPT_ALL_CONTEXTS);
  }

  /** The controls of a vector that may be 1. */
  public long allowed1(ControlVector vector) {
    return allowed1[vector.ordinal()];
  }

  /** The controls of a vector that must be 1, as VM entry checks it. */
  public long required(ControlVector vector) {
    return required(vector, basic().trueControls());
  }

  /** Whether a control may be 1. */
  public final boolean allows(VmxControl control) {
    return control.in(allowed1(control.vector()));
  }

  /** Whether a field exists. */
  public boolean exists(VmcsField field) {
    Set<VmxControl> needs = FieldExistence.of(field);
    return needs.isEmpty() || needs.stream().anyMatch(this::allows);
  }

  /** Whether the processor has control-flow enforcement of any kind. */
  public final boolean controlFlow() {
    return configuration.has(Feature.SHADOW_STACKS) || configuration.has(Feature.BRANCH_TRACKING);
  }

  /** Bits of CR4 that may be 1. */
  public final long cr4Allowed() {
    return vmx() ? cr4Fixed1 : cr4Fixed1 & ~CR4_FIXED0;
  }

  /** Whether CR0 may have a value in VMX operation. */
  public boolean allowsCr0(long cr0) {
    return (cr0 & CR0_FIXED0) == CR0_FIXED0 && (cr0 & ~CR0_FIXED1) == 0;
  }

  /** Whether CR4 may have a value in VMX operation. */
  public boolean allowsCr4(long cr4) {
    return (cr4 & CR4_FIXED0) == CR4_FIXED0 && (cr4 & ~cr4Fixed1) == 0;
  }

  private long findCr4Fixed1() {
    return CR4_FIXED1
        | (configuration.has(Feature.USER_INTERRUPTS) ? Cr4.UINTR | Cr4.OSXSAVE : 0)
        | (configuration.has(Feature.FIVE_LEVEL_PAGING) ? Cr4.LA57 : 0)
        | (controlFlow() ? Cr4.CET : 0);
  }

  private long capability(ControlVector vector, boolean trueControls) {
    return required(vector, trueControls) | allowed1(vector) << 32;
  }

  private static long required(ControlVector vector, boolean trueControls) {
    long default1 = Integer.toUnsignedLong(vector.default1());
    if (!trueControls) {
      return default1;
    }
    return switch (vector) {
      case PRIMARY -> default1 & ~CR3_EXITING;
      case EXIT, ENTRY -> default1 & ~DEBUG_CONTROLS;
      case PIN, SECONDARY, TERTIARY -> default1;
    };
  }

  private long highestIndex() {
    long highest = 0;
    for (VmcsField field : VmcsField.values()) {
      if (exists(field)) {
        highest = Math.max(highest, field.encoding() & HIGHEST_INDEX);
      }
    }
    return highest;
  }
}
