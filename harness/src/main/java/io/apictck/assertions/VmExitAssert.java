package io.apictck.assertions;

import io.apictck.arch.vmx.ActivityState;
import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.InterruptionInformation;
import io.apictck.arch.vmx.InterruptionType;
import io.apictck.machine.BlockRun;
import io.apictck.machine.Hex;
import io.apictck.machine.VmExit;
import io.apictck.platform.Place;

/** About a VM exit, whose fields are read by the assertions. */
public final class VmExitAssert extends ConformanceAssert<VmExitAssert, VmExit> {
  VmExitAssert(VmExit actual) {
    super(actual, VmExitAssert.class);
  }

  /** It has this basic reason, and no VM entry failed. */
  public VmExitAssert hasReason(ExitReason reason) {
    return exit(actual.is(reason), "have reason " + reason.number() + " (" + reason + ")");
  }

  /** Its qualification is this. */
  public VmExitAssert hasQualification(long expected) {
    long seen = actual.qualification();
    return exit(
        seen == expected,
        "have qualification " + Hex.qword(expected) + ", but it is " + Hex.qword(seen));
  }

  /** The VM-exit interruption information says this, bit 12 apart. */
  public VmExitAssert hasInterruption(InterruptionType type, int vector) {
    return information(
        "interruption information",
        actual.interruption().raw() & ~InterruptionInformation.NMI_UNBLOCKING,
        InterruptionInformation.of(type, vector).raw());
  }

  /** The VM-exit interruption information is not valid. */
  public VmExitAssert hasNoInterruption() {
    InterruptionInformation seen = actual.interruption();
    return exit(
        !seen.valid(),
        "have no valid interruption information, but it is " + Hex.dword(seen.raw()));
  }

  /** The IDT-vectoring information says this, bit 12 apart, which is undefined. */
  public VmExitAssert hasIdtVectoring(InterruptionType type, int vector) {
    return information(
        "IDT-vectoring information",
        actual.idtVectoring().raw() & ~InterruptionInformation.NMI_UNBLOCKING,
        InterruptionInformation.of(type, vector).raw());
  }

  /** The IDT-vectoring information is not valid. */
  public VmExitAssert hasNoIdtVectoring() {
    InterruptionInformation seen = actual.idtVectoring();
    return exit(
        !seen.valid(),
        "have no valid IDT-vectoring information, but it is " + Hex.dword(seen.raw()));
  }

  private VmExitAssert information(String name, int seen, int expected) {
    return exit(
        seen == expected, "have " + name + " " + Hex.dword(expected) + ", not " + Hex.dword(seen));
  }

  /** Guest RIP points to instruction {@code index} of a block; its length stands for its end. */
  public VmExitAssert isAt(BlockRun run, int index) {
    Place place = new Place(run.block(), index);
    return exit(
        actual.place().equals(place),
        "leave guest RIP at "
            + InterruptText.place(place)
            + ", but it is at "
            + InterruptText.place(actual.place()));
  }

  /** The saved activity state is this. */
  @SuppressWarnings("EnumOrdinal") // states are in the order of their numbers
  public VmExitAssert hasActivity(ActivityState state) {
    int seen = actual.activity();
    return exit(seen == state.ordinal(), "save activity state " + state + ", but it saved " + seen);
  }

  /** The saved interruptibility state is this. */
  public VmExitAssert hasInterruptibility(int expected) {
    int seen = actual.interruptibility();
    return exit(
        seen == expected,
        "save interruptibility state " + Hex.dword(expected) + ", but it saved " + Hex.dword(seen));
  }

  private VmExitAssert exit(boolean holds, String text) {
    return check(holds, () -> actual + " of " + actual.vcpu() + " should " + text);
  }
}
