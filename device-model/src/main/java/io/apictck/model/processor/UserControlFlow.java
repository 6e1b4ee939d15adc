package io.apictck.model.processor;

import io.apictck.arch.ControlFlow;
import io.apictck.arch.Cr4;
import io.apictck.arch.Msr;
import io.apictck.model.ModelConfiguration;
import io.apictck.model.chipset.GeneralProtectionException;
import io.apictck.model.processor.vmx.Addresses;
import io.apictck.platform.Feature;

/**
 * Control-flow enforcement in user mode, as far as user interrupts need it (Intel SDM Vol. 1,
 * "Control-flow Enforcement Technology (CET)").
 *
 * <p>Supported: IA32_U_CET and IA32_PL3_SSP, the shadow stack, the tracker of indirect branches.
 * Not supported: shadow stacks of the supervisor and their MSRs, instructions that manage shadow
 * stacks, the bitmap of legacy code.
 *
 * <p>SSP of user mode and IA32_PL3_SSP are one here: only the kernel sees the MSR, and what enters
 * and leaves the kernel copies one to the other.
 */
final class UserControlFlow {
  private static final long SHADOW_STACKS =
      ControlFlow.SHADOW_STACK | ControlFlow.WRITE_SHADOW_STACK;
  private static final long SSP_RESERVED = 3;

  private final ModelConfiguration configuration;
  private long cet;
  private long ssp;

  UserControlFlow(ModelConfiguration configuration) {
    this.configuration = configuration;
  }

  void reset() {
    cet = 0;
    ssp = 0;
  }

  /** Whether an MSR is one of them. */
  boolean owns(int msr) {
    return switch (msr) {
      case Msr.IA32_U_CET ->
          configuration.has(Feature.SHADOW_STACKS) || configuration.has(Feature.BRANCH_TRACKING);
      case Msr.IA32_PL3_SSP -> configuration.has(Feature.SHADOW_STACKS);
      default -> false;
    };
  }

  long rdmsr(int msr) {
    return msr == Msr.IA32_U_CET ? cet : ssp;
  }

  void wrmsr(int msr, long value) {
    int bits = configuration.linearAddressBits();
    if (msr == Msr.IA32_U_CET) {
      boolean both = (value & ControlFlow.SUPPRESS) != 0 && (value & ControlFlow.TRACKER) != 0;
      if (both || (value & reserved()) != 0 || !Addresses.canonical(value, bits)) {
        throw GeneralProtectionException.GP;
      }
      cet = value;
    } else {
      if ((value & SSP_RESERVED) != 0 || !Addresses.canonical(value, bits)) {
        throw GeneralProtectionException.GP;
      }
      ssp = value;
    }
  }

  private long reserved() {
    return (configuration.has(Feature.SHADOW_STACKS) ? 0 : SHADOW_STACKS)
        | (configuration.has(Feature.BRANCH_TRACKING) ? 0 : ~SHADOW_STACKS)
        | ControlFlow.RESERVED;
  }

  /** Whether user code has a shadow stack. */
  boolean hasShadowStack(long cr4) {
    return (cr4 & Cr4.CET) != 0 && (cet & ControlFlow.SHADOW_STACK) != 0;
  }

  /** SSP of user mode. */
  long ssp() {
    return ssp;
  }

  void setSsp(long pointer) {
    ssp = pointer;
  }

  /** An indirect branch of user code: where it goes, an end-branch instruction is due. */
  void branch(long cr4) {
    if ((cr4 & Cr4.CET) != 0 && (cet & ControlFlow.TRACKING) != 0) {
      cet = (cet | ControlFlow.TRACKER) & ~ControlFlow.SUPPRESS;
    }
  }

  /** Whether an end-branch instruction is due. */
  boolean isBranchOpen() {
    return (cet & ControlFlow.TRACKER) != 0;
  }

  /** An end-branch instruction. */
  void endBranch() {
    cet &= ~ControlFlow.TRACKER;
  }
}
