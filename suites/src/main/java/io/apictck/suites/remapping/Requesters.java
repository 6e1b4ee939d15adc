package io.apictck.suites.remapping;

import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.apictck.arch.PciCapability;
import io.apictck.machine.Machine;
import io.apictck.machine.PciFunction;
import io.apictck.platform.Stimulus;
import io.apictck.suites.support.Pin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The requesters that a machine has. */
final class Requesters {
  /** A source ID in whose fields all bits differ from their neighbours. */
  static final int SOURCE = 0x5AA5;

  private Requesters() {}

  /** Those that choose address and data, the freest first. */
  static List<Requester.OfMessages> ofMessages(Machine machine) {
    List<Requester.OfMessages> found = new ArrayList<>();
    if (machine.offers(Stimulus.DEVICE_WRITE)) {
      found.add(new Requester.Writer(machine, writer(machine)));
    }
    if (machine.offers(Stimulus.FUNCTION_INTERRUPTS)) {
      List<PciFunction> functions = machine.functions();
      functions.forEach(PciFunction::activate);
      functions.stream()
          .filter(function -> function.has(PciCapability.MSI_X))
          .map(function -> new Requester.MsiX(function.msiX()))
          .filter(requester -> requester.capability().table() >>> 12 != 0)
          .forEach(found::add);
      functions.stream()
          .filter(function -> function.has(PciCapability.MSI))
          .map(function -> new Requester.Msi(function.msi()))
          .forEach(found::add);
    }
    return found;
  }

  /** A platform may let only functions that it has write. */
  private static int writer(Machine machine) {
    List<PciFunction> functions = machine.functions();
    return functions.isEmpty() ? SOURCE : functions.getFirst().requesterId();
  }

  /** Inputs of I/O APICs whose requests go through the unit, the last ones first. */
  static List<Requester.Input> inputs(Machine machine) {
    if (!machine.offers(Stimulus.LINES)) {
      return List.of();
    }
    return machine.description().board().pins().reversed().stream()
        .map(gsi ->
            new Requester.Input(
                Pin.ofGsi(machine, gsi), machine.remappingUnit().sourceIdOfInput(gsi)))
        .toList();
  }

  /** Whichever chooses address and data most freely; without one the test is not applicable. */
  static Requester.OfMessages free(Machine machine) {
    List<Requester.OfMessages> found = ofMessages(machine);
    assumeFalse(found.isEmpty(), "a function can be made to send messages");
    return found.getFirst();
  }

  /** One that chooses all 32 bits of data; without one the test is not applicable. */
  static Requester.OfMessages ofWideData(Machine machine) {
    List<Requester.OfMessages> found =
        ofMessages(machine).stream()
            .filter(requester -> requester.dataBits() == Integer.SIZE)
            .toList();
    assumeFalse(found.isEmpty(), "a function can be made to send messages of 32 bits");
    return found.getFirst();
  }

  /** Whichever there is; without one the test is not applicable. */
  static Requester any(Machine machine) {
    return all(machine).getFirst();
  }

  /**
   * Requesters with different IDs, of whose faults none is merged into another: up to eight, or as
   * many as can be recorded; without any the test is not applicable.
   */
  static List<Requester> recordedApart(Machine machine) {
    // all handles must come in whole batches
    int count = Integer.highestOneBit(Math.min(machine.remappingUnit().faultRecords(), 8));
    if (count == 1 || !machine.offers(Stimulus.DEVICE_WRITE)) {
      return List.of(free(machine));
    }
    return List.copyOf(writers(machine, count));
  }

  /** Functions with different IDs, where functions can write. */
  private static List<Requester.Writer> writers(Machine machine, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Requester.Writer(machine, SOURCE ^ i))
        .toList();
  }

  /**
   * Requesters with different IDs, so that none of their faults is merged into another; those that
   * the machine has come first. With fewer of them the test is not applicable.
   */
  static List<Requester> ofDifferentIds(Machine machine, int count) {
    Map<Integer, Requester> found = new LinkedHashMap<>();
    all(machine).forEach(requester -> found.putIfAbsent(requester.sourceId(), requester));
    if (machine.offers(Stimulus.DEVICE_WRITE)) {
      writers(machine, count).forEach(writer -> found.putIfAbsent(writer.sourceId(), writer));
    }
    assumeTrue(found.size() >= count, count + " functions can be made to request interrupts");
    return List.copyOf(found.values()).subList(0, count);
  }

  /** One of each kind; without any the test is not applicable. */
  static List<Requester> all(Machine machine) {
    List<Requester> found = new ArrayList<>(ofMessages(machine));
    List<Requester.Input> inputs = inputs(machine);
    if (!inputs.isEmpty()) {
      found.add(inputs.getFirst());
    }
    assumeFalse(found.isEmpty(), "something can be made to request interrupts");
    return found;
  }
}
