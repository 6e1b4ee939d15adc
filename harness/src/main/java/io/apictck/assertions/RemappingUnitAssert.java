package io.apictck.assertions;

import io.apictck.arch.vtd.FaultReason;
import io.apictck.arch.vtd.FaultRecord;
import io.apictck.arch.vtd.GlobalCommand;
import io.apictck.machine.Hex;
import io.apictck.machine.vtd.RemappingUnit;
import java.util.List;
import java.util.function.Predicate;

/** About a remapping unit; every assertion reads the registers that it is about. */
public final class RemappingUnitAssert
    extends ConformanceAssert<RemappingUnitAssert, RemappingUnit> {
  RemappingUnitAssert(RemappingUnit actual) {
    super(actual, RemappingUnitAssert.class);
  }

  /** No fault is recorded. */
  public RemappingUnitAssert hasNoFault() {
    List<FaultRecord> faults = actual.faults();
    return check(faults.isEmpty(), () -> differs("no fault", faults));
  }

  /** Exactly one fault is recorded, with this reason and this source. */
  public RemappingUnitAssert hasFault(FaultReason reason, int sourceId) {
    return hasOne(
        fault -> fault.reasonCode() == reason.code() && fault.sourceId() == sourceId,
        "fault %s of source %s".formatted(text(reason.code()), source(sourceId)));
  }

  /** Exactly one fault is recorded, with this reason, this source and this index. */
  public RemappingUnitAssert hasFault(FaultReason reason, int sourceId, int index) {
    return hasOne(
        fault ->
            fault.reasonCode() == reason.code()
                && fault.sourceId() == sourceId
                && fault.interruptIndex() == index,
        text(FaultRecord.of(reason, sourceId, index)));
  }

  private RemappingUnitAssert hasOne(Predicate<FaultRecord> right, String text) {
    List<FaultRecord> faults = actual.faults();
    return check(faults.size() == 1 && right.test(faults.getFirst()), () -> differs(text, faults));
  }

  /** The global status register shows these controls as on. */
  public RemappingUnitAssert shows(GlobalCommand... commands) {
    int status = actual.status();
    return check(
        List.of(commands).stream().allMatch(command -> command.in(status)),
        () ->
            "expected GSTS of the %s to show %s, but it is %s"
                .formatted(actual, List.of(commands), Hex.dword(status)));
  }

  /** The global status register shows none of these controls as on. */
  public RemappingUnitAssert showsNot(GlobalCommand... commands) {
    int status = actual.status();
    return check(
        List.of(commands).stream().noneMatch(command -> command.in(status)),
        () ->
            "expected GSTS of the %s to show none of %s, but it is %s"
                .formatted(actual, List.of(commands), Hex.dword(status)));
  }

  private String differs(String expected, List<FaultRecord> faults) {
    return "expected the %s to have recorded %s, but it has %s"
        .formatted(
            actual,
            expected,
            faults.isEmpty()
                ? "none"
                : faults.stream().map(RemappingUnitAssert::text).toList().toString());
  }

  private static String text(FaultRecord fault) {
    return "fault %s of source %s with index %s"
        .formatted(
            text(fault.reasonCode()), source(fault.sourceId()), Hex.dword(fault.interruptIndex()));
  }

  private static String text(int reason) {
    return Hex.vector(reason) + FaultReason.of(reason).map(known -> " (" + known + ")").orElse("");
  }

  private static String source(int id) {
    return "%02x:%02x.%d".formatted(id >>> 8, id >>> 3 & 0x1F, id & 7);
  }
}
