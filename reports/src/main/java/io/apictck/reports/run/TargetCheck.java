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

/** Opens a target once before the tests, so that one sentence says what is wrong with it. */
final class TargetCheck {
  private TargetCheck() {}

  /**
   * What the target says of itself.
   *
   * @throws io.apictck.target.TargetException if the target is unknown or cannot be used here
   * @throws CannotRunException if it cannot be opened
   */
  static TargetEntry open(String text) {
    TargetSpec target = TargetSpec.parse(text);
    PlatformProvider provider = Targets.load().find(target);
    try (Platform platform = provider.open(target.options(), MachineRequest.of(1))) {
      PlatformDescription description = platform.description();
      return new TargetEntry(target.toString(), description.version(), description.name());
    } catch (UnsupportedRequestException | PlatformException | PlatformTimeoutException e) {
      throw new CannotRunException(
          "target %s cannot be opened: %s; apic-tck targets lists what can be tested here"
              .formatted(target, e.getMessage()),
          e);
    }
  }
}
