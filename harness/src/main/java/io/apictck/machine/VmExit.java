package io.apictck.machine;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.VmcsField;
import io.apictck.platform.Event;
import io.apictck.platform.Instruction;
import io.apictck.platform.Place;

/**
 * A VM exit. All but its reason and place is read from the VMCS when it is asked for, so it has to
 * be asked before the guest is entered again.
 */
public final class VmExit {
  private final Vcpu vcpu;
  private final Event.VmExited event;
  private final long entry;

  VmExit(Vcpu vcpu, Event.VmExited event, long entry) {
    this.vcpu = vcpu;
    this.event = event;
    this.entry = entry;
  }

  /** The virtual processor that it happened to. */
  public Vcpu vcpu() {
    return vcpu;
  }

  /** The exit-reason field. */
  public int reasonField() {
    return event.reason();
  }

  /** Bits 15:0 of the exit-reason field. */
  public int basicReason() {
    return event.reason() & 0xFFFF;
  }

  /** Whether it has a basic reason, and no VM entry failed. */
  public boolean is(ExitReason reason) {
    return !entryFailed() && basicReason() == reason.number();
  }

  /** Bit 31 of the exit-reason field. */
  public boolean entryFailed() {
    return (event.reason() & ExitReason.ENTRY_FAILURE) != 0;
  }

  /** Where guest RIP points to. */
  public Place place() {
    return event.interrupted();
  }

  /**
   * The instruction that guest RIP points to, as a hypervisor decodes it.
   *
   * @throws IllegalStateException if it is none of a block of the test
   */
  public Instruction instruction() {
    return vcpu.guest().instructionAt(event.interrupted());
  }

  /** The exit qualification. */
  public long qualification() {
    return read(VmcsField.EXIT_QUALIFICATION);
  }

  /** The VM-exit interruption information. */
  public InterruptionInformation interruption() {
    return InterruptionInformation.of((int) read(VmcsField.EXIT_INTERRUPTION_INFORMATION));
  }

  /** The VM-exit interruption error code. */
  public int interruptionErrorCode() {
    return (int) read(VmcsField.EXIT_INTERRUPTION_ERROR_CODE);
  }

  /** The IDT-vectoring information. */
  public InterruptionInformation idtVectoring() {
    return InterruptionInformation.of((int) read(VmcsField.IDT_VECTORING_INFORMATION));
  }

  /** The length of the instruction that exited. */
  public int instructionLength() {
    return (int) read(VmcsField.EXIT_INSTRUCTION_LENGTH);
  }

  /** Guest RIP. */
  public long rip() {
    return read(VmcsField.GUEST_RIP);
  }

  /** Guest RFLAGS. */
  public long rflags() {
    return read(VmcsField.GUEST_RFLAGS);
  }

  /** Guest interruptibility state. */
  public int interruptibility() {
    return (int) read(VmcsField.GUEST_INTERRUPTIBILITY_STATE);
  }

  /** Guest activity state. */
  public int activity() {
    return (int) read(VmcsField.GUEST_ACTIVITY_STATE);
  }

  /**
   * A field of the VMCS.
   *
   * @throws IllegalStateException if the guest was entered since
   */
  public long read(VmcsField field) {
    requireLatest(field);
    return vcpu.read(field);
  }

  /**
   * Fields of the VMCS, in one block.
   *
   * @throws IllegalStateException if the guest was entered since
   */
  public long[] readAll(VmcsField... fields) {
    requireLatest(fields[0]);
    return vcpu.readAll(fields);
  }

  private void requireLatest(VmcsField field) {
    if (vcpu.entries() != entry) {
      throw new IllegalStateException(
          "the guest was entered again after " + this + ": " + field + " is of a later time");
    }
  }

  /** As in {@code VM exit 12 (HLT)}. */
  @Override
  public String toString() {
    return (entryFailed() ? "failed VM entry " : "VM exit ")
        + basicReason()
        + ExitReason.of(basicReason()).map(reason -> " (" + reason + ")").orElse("");
  }
}
