package io.apictck.reports.run;

import io.apictck.platform.MachineRequest;
import io.apictck.platform.Platform;
import io.apictck.platform.PlatformDescription;
import io.apictck.platform.PlatformException;
import io.apictck.platform.PlatformProvider;
import io.apictck.platform.PlatformTimeoutException;
import io.apictck.platform.UnsupportedRequestException;
import io.apictck.reports.json.TargetEntry;
import io.apictck.target.TargetSpec;
import io.apictck.target.Targets;

/**
 * A target, opened once before the tests, so that one sentence says what is wrong with it.
 *
 * @param entry what it says of itself
 * @param virtualTime whether nothing else that runs can change what its tests see
 */
record TargetCheck(TargetEntry entry, boolean virtualTime) {
  /**
   * How many tests run at the same time unless the user says so: one where time is real, for tests
   * would disturb each other.
   */
  int jobs() {
    return virtualTime ? Runtime.getRuntime().availableProcessors() : 1;
  }

  /**
   * Opens the target.
   *
   * @throws io.apictck.target.TargetException if the target is unknown or cannot be used here
   * @throws CannotRunException if it cannot be opened
   */
  static TargetCheck open(String text) {
    TargetSpec target = TargetSpec.parse(text);
    PlatformProvider provider = Targets.load().find(target);
    try (Platform platform = provider.open(target.options(), MachineRequest.of(1))) {
      PlatformDescription description = platform.description();
      return new TargetCheck(
          new TargetEntry(target.toString(), description.version(), description.name()),
          description.virtualTime());
    } catch (UnsupportedRequestException | PlatformException | PlatformTimeoutException e) {
      throw new CannotRunException(
          "target %s cannot be opened: %s; apic-tck targets lists what can be tested here"
              .formatted(target, e.getMessage()),
          e);
    }
  }
}
