package io.apictck.reports.json;

/**
 * What was tested.
 *
 * @param name the target as it was written, as in {@code model:without=x2apic}
 * @param version version of the implementation; empty if it could not be opened
 * @param platform name of the implementation; empty if it could not be opened
 */
public record TargetEntry(String name, String version, String platform) {
  /** For readers: the target, and the implementation behind it. */
  public String title() {
    return version.isEmpty() ? name : name + " " + version;
  }
}
