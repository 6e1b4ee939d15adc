package io.apictck.faults;

import io.apictck.model.ModelConfiguration;
import io.apictck.platform.Platform;
import java.util.List;
import java.util.function.Function;

/**
 * A fault that real implementations had, or might have, planted in the reference model.
 *
 * @param id number in the collection of known bugs, as in {@code BUG-043}, with a suffix where one
 *     entry has several faults; {@code CPU-...} for faults that are not in the collection
 * @param title what is wrong, as software sees it
 * @param ending whether a crash is all that can be seen of it, and so counts as noticed
 * @param machine makes a machine with the fault
 * @param suites classes and packages, relative to {@code io.apictck.suites}, that should notice
 */
public record PlantedFault(
    String id,
    String title,
    Ending ending,
    Function<ModelConfiguration, Platform> machine,
    List<String> suites) {

  /** How a fault ends the tests that notice it. */
  public enum Ending {
    /** The machine gives wrong answers. */
    WRONG_ANSWER,
    /** The implementation dies. */
    CRASH
  }

  /** Takes a copy. */
  public PlantedFault {
    suites = List.copyOf(suites);
  }

  /** A fault that gives wrong answers. */
  public static PlantedFault of(
      String id, String title, Function<ModelConfiguration, Platform> machine, String... suites) {
    return new PlantedFault(id, title, Ending.WRONG_ANSWER, machine, List.of(suites));
  }

  /** A fault that kills the implementation. */
  public static PlantedFault crash(
      String id, String title, Function<ModelConfiguration, Platform> machine, String... suites) {
    return new PlantedFault(id, title, Ending.CRASH, machine, List.of(suites));
  }

  /** The entry of the collection that it belongs to: the id without a suffix. */
  public String entry() {
    return id.startsWith("BUG-") ? id.substring(0, "BUG-000".length()) : id;
  }
}
