package io.apictck.suites.support;

import static io.apictck.assertions.ConformanceAssertions.assertThat;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.arch.vmx.VmxControl;
import io.apictck.junit.Cases;
import io.apictck.machine.EntryResult;
import io.apictck.machine.Vcpu;
import io.apictck.platform.Instruction;
import java.util.Map;

/**
 * VM entries that tell whether the processor accepts controls, and run no guest: guest RFLAGS are
 * 0, which is refused by the checks that come after those of the controls (Intel SDM Vol. 3C, "VM
 * Entries").
 */
public final class ControlProbe {
  /** An encoding without a field: natural width, host state, the highest index. */
  private static final int NO_FIELD = 0x6FFE;

  private static final int BITS_OF_LIMITED_ADDRESSES = 32;

  private final Vcpu vcpu;

  private ControlProbe(Vcpu vcpu) {
    this.vcpu = vcpu;
  }

  /** Of a virtual processor whose guest is bad from now on, until {@link #enters}. */
  public static ControlProbe of(Vcpu vcpu) {
    vcpu.write(VmcsField.GUEST_RFLAGS, 0);
    return new ControlProbe(vcpu);
  }

  /** The virtual processor. */
  public Vcpu vcpu() {
    return vcpu;
  }

  /** Width of the addresses of VMX structures in bits. */
  public int addressWidth() {
    int width = vcpu.host().machine().features().maxPhyAddr();
    return vcpu.host().vmx().capabilities().basic().addressesOf32Bits()
        ? Math.min(width, BITS_OF_LIMITED_ADDRESSES)
        : width;
  }

  /** Controls may be 1. */
  public boolean allows(VmxControl control) {
    return vcpu.host().vmx().capabilities().allows(control);
  }

  /** The controls are accepted. */
  public void accepts() {
    assertThat(vcpu.tryEnter()).failsToLoad(ExitReason.ENTRY_FAILURE_GUEST_STATE, 0);
  }

  /** The controls are refused: VMfailValid with error 7. */
  public void refuses() {
    // leaves another error than the one to be seen, and may itself do nothing else
    vcpu.host().run(new Instruction.Vmwrite(NO_FIELD, 0));
    assertThat(vcpu.tryEnter()).failsValid(VmInstructionError.INVALID_CONTROL_FIELDS);
  }

  /** The controls are accepted or refused. */
  public void expect(boolean accepted) {
    if (accepted) {
      accepts();
    } else {
      refuses();
    }
  }

  /** As {@link #expect(boolean)} after a field was written, which keeps its value. */
  public void expect(VmcsField field, long value, boolean accepted) {
    vcpu.write(field, value);
    expect(accepted);
  }

  /** As {@link #expect(boolean)} after fields were written, which keep their values. */
  public void expect(Map<VmcsField, Long> fields, boolean accepted) {
    vcpu.write(fields);
    expect(accepted);
  }

  /** Refused with this one change, accepted when it is undone. */
  public void refusesOnly(VmcsField field, long value) {
    long good = vcpu.read(field);
    expect(field, value, false);
    expect(field, good, true);
  }

  /** As {@link #refusesOnly(VmcsField, long)}, with a control that is turned. */
  public void refusesWithout(VmxControl control) {
    vcpu.clear(control);
    refuses();
    vcpu.set(control);
    accepts();
  }

  /** As {@link #refusesOnly(VmcsField, long)}, with a control that is turned. */
  public void refusesWith(VmxControl control) {
    vcpu.set(control);
    refuses();
    vcpu.clear(control);
    accepts();
  }

  /**
   * Sweeps the addresses in a field, which then has its old value again.
   *
   * @param alignment what an address must be a multiple of
   * @param checked whether the field matters; if not every value is accepted
   */
  public void sweepAddresses(Cases cases, VmcsField field, long alignment, boolean checked) {
    long good = vcpu.read(field);
    int width = addressWidth();
    cases.each(
        AddressSweep.of(width),
        address -> expect(field, address.value(), !checked || address.isLegal(alignment, width)));
    expect(field, good, true);
  }

  /** With good guest state again the guest runs: nothing but its state was bad. */
  public void enters() {
    vcpu.restart();
    EntryResult result = vcpu.tryEnter();
    assertThat(result).entered();
    vcpu.leave();
  }
}
