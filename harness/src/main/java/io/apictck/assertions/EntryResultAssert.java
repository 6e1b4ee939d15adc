package io.apictck.assertions;

import io.apictck.arch.vmx.ExitReason;
import io.apictck.arch.vmx.VmInstructionError;
import io.apictck.machine.EntryResult;
import io.apictck.machine.Hex;
import io.apictck.machine.Vmx;

/** About what came of VMLAUNCH or VMRESUME. */
public final class EntryResultAssert extends ConformanceAssert<EntryResultAssert, EntryResult> {
  EntryResultAssert(EntryResult actual) {
    super(actual, EntryResultAssert.class);
  }

  /** The guest was entered. */
  public EntryResultAssert entered() {
    return result(actual instanceof EntryResult.Entered, "enter the guest");
  }

  /** VMfailValid with this error. */
  public EntryResultAssert failsValid(VmInstructionError error) {
    return result(
        actual instanceof EntryResult.Refused(long status, int number)
            && status == Vmx.Status.ZF
            && number == error.number(),
        "fail with ZF=1 and error " + error.number() + " (" + error + ")");
  }

  /** VMfailInvalid. */
  public EntryResultAssert failsInvalid() {
    return result(
        actual instanceof EntryResult.Refused(long status, int _) && status == Vmx.Status.CF,
        "fail with CF=1");
  }

  /** A VM-entry failure with this reason and qualification. */
  public EntryResultAssert failsToLoad(ExitReason reason, long qualification) {
    if (!(actual instanceof EntryResult.Failed failed)
        || failed.exit().basicReason() != reason.number()
        || !failed.exit().entryFailed()) {
      return result(
          false, "fail while it loads the guest, " + reason.number() + " (" + reason + ")");
    }
    long seen = failed.exit().qualification();
    return result(
        seen == qualification,
        "fail with qualification " + Hex.qword(qualification) + ", not " + Hex.qword(seen));
  }

  /** An exception with this vector. */
  public EntryResultAssert faults(int vector) {
    return result(
        actual instanceof EntryResult.Faulted faulted && faulted.vector() == vector,
        "raise exception " + vector);
  }

  private EntryResultAssert result(boolean holds, String text) {
    return check(holds, () -> "the VM entry should " + text + ", but: " + describe());
  }

  private String describe() {
    return switch (actual) {
      case EntryResult.Entered _ -> "it entered the guest";
      case EntryResult.Refused(long status, int error) ->
          "it failed with status flags " + Hex.dword((int) status) + ", error " + error;
      case EntryResult.Failed failed -> failed.exit().toString();
      case EntryResult.Faulted(int vector, int code) ->
          "it raised exception " + vector + ", error code " + Hex.dword(code);
    };
  }
}
