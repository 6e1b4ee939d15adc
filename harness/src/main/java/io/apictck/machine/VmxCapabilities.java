package io.apictck.machine;

import io.apictck.arch.Msr;
import io.apictck.arch.vmx.ControlVector;
import io.apictck.arch.vmx.VmxBasic;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.arch.vmx.VmxMisc;
import java.util.HashMap;
import java.util.Map;

/**
 * What the capability MSRs of a processor say of its VMX (Intel SDM Vol. 3D, "VMX Capability
 * Reporting Facility").
 */
public final class VmxCapabilities {
  private final Cpu cpu;
  private final VmxBasic basic;
  private final Map<Integer, Long> read = new HashMap<>();

  private VmxCapabilities(Cpu cpu) {
    this.cpu = cpu;
    this.basic = new VmxBasic(cpu.rdmsr(Msr.IA32_VMX_BASIC));
  }

  /** Those of a processor that has VMX. */
  public static VmxCapabilities of(Cpu cpu) {
    return new VmxCapabilities(cpu);
  }

  /** IA32_VMX_BASIC. */
  public VmxBasic basic() {
    return basic;
  }

  /** IA32_VMX_MISC. */
  public VmxMisc misc() {
    return new VmxMisc(value(Msr.IA32_VMX_MISC));
  }

  /** Whether a control may be 1. */
  public boolean allows(VmxControl control) {
    return control.in(allowed1(control.vector()));
  }

  /** The controls of a vector that may be 1; none if the vector does not exist. */
  public long allowed1(ControlVector vector) {
    return switch (vector) {
      case PIN, PRIMARY, EXIT, ENTRY -> value(capability(vector)) >>> 32;
      case SECONDARY ->
          allows(VmxControl.ACTIVATE_SECONDARY_CONTROLS)
              ? value(Msr.IA32_VMX_PROCBASED_CTLS2) >>> 32
              : 0;
      case TERTIARY ->
          allows(VmxControl.ACTIVATE_TERTIARY_CONTROLS) ? value(Msr.IA32_VMX_PROCBASED_CTLS3) : 0;
    };
  }

  /** The controls of a vector that must be 1. */
  public long required(ControlVector vector) {
    return switch (vector) {
      case PIN, PRIMARY, EXIT, ENTRY -> value(capability(vector)) & 0xFFFF_FFFFL;
      case SECONDARY, TERTIARY -> 0;
    };
  }

  /** A capability MSR, which is read once: none ever changes. */
  private long value(int msr) {
    return read.computeIfAbsent(msr, cpu::rdmsr);
  }

  private int capability(ControlVector vector) {
    boolean trueControls = basic.trueControls();
    return switch (vector) {
      case PIN -> trueControls ? Msr.IA32_VMX_TRUE_PINBASED_CTLS : Msr.IA32_VMX_PINBASED_CTLS;
      case PRIMARY -> trueControls ? Msr.IA32_VMX_TRUE_PROCBASED_CTLS : Msr.IA32_VMX_PROCBASED_CTLS;
      case EXIT -> trueControls ? Msr.IA32_VMX_TRUE_EXIT_CTLS : Msr.IA32_VMX_EXIT_CTLS;
      case ENTRY -> trueControls ? Msr.IA32_VMX_TRUE_ENTRY_CTLS : Msr.IA32_VMX_ENTRY_CTLS;
      case SECONDARY, TERTIARY ->
          throw new IllegalArgumentException(vector + " has no allowed-0 settings");
    };
  }
}
