package io.apictck.platform;

import java.util.List;
import java.util.Map;

/**
 * A kind of target, found by {@link java.util.ServiceLoader}.
 *
 * <p>A target is written {@code name[:key=value,...]}, as in {@code model} or {@code
 * qemu:machine=q35,accel=tcg}.
 */
public interface PlatformProvider {
  /** Name before the colon; lower case letters, digits and hyphens. */
  String name();

  /** One sentence for a list of targets. */
  String summary();

  /** Keys that {@link #open} understands, each with a sentence. */
  default Map<String, String> options() {
    return Map.of();
  }

  /** Why the target cannot be used on this computer, one sentence an entry; empty if it can. */
  default List<String> obstacles() {
    return List.of();
  }

  /** As {@link #obstacles()}, where options may have removed an obstacle or brought one. */
  default List<String> obstacles(Map<String, String> options) {
    return obstacles();
  }

  /**
   * Opens a machine.
   *
   * @param options what stood behind the colon
   * @param request what the test wants
   * @return a machine in its power-on state
   * @throws UnsupportedRequestException if the platform cannot be like that; the test is then not
   *     applicable
   * @throws PlatformException if it cannot be opened at all
   */
  Platform open(Map<String, String> options, MachineRequest request);
}
