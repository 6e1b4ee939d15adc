package io.apictck.suites.ioapic;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a walk does from an idle state on.
 *
 * @param start the idle state
 * @param operations what is done, in order
 */
record Sequence(LifeCycleState start, List<Operation> operations) {
  /** Takes a copy. */
  Sequence {
    operations = List.copyOf(operations);
  }

  /** The part up to and with operation {@code last}. */
  Sequence upTo(int last) {
    return new Sequence(start, operations.subList(0, last + 1));
  }

  /** In words. */
  @Override
  public String toString() {
    String pins =
        start.pins().stream()
            .map(pin ->
                (pin.masked() ? "a masked " : "an unmasked ")
                    + (pin.level() ? "level" : "edge")
                    + " input")
            .collect(Collectors.joining(" and "));
    return pins
        + ": "
        + operations.stream().map(Operation::toString).collect(Collectors.joining(", "));
  }
}
