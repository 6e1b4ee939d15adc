package io.apictck.suites.catalogue;

/**
 * One requirement of the catalogue. A text that the catalogue does not give is the empty string.
 *
 * @param id clause-like identifier, for example {@code LAPIC-EOI-001}
 * @param unit the unit it belongs to, for example "Local APIC"
 * @param section the topic within the unit, for example "End of interrupt"
 * @param modality how binding it is
 * @param source document and section title
 * @param statement what must be observed
 * @param processors how many processors it takes to observe it, at least 1
 * @param deviations implementations known to differ, and what the specification leaves open
 * @param hint what to look at when the requirement is not met
 * @param untestable why no test can observe it; empty if one can
 * @param corrected what differs from the list the catalogue was made from, and why
 */
public record Requirement(
    String id,
    String unit,
    String section,
    Modality modality,
    String source,
    String statement,
    int processors,
    String deviations,
    String hint,
    String untestable,
    String corrected) {

  /** Whether a test can observe this requirement. */
  public boolean isTestable() {
    return untestable.isEmpty();
  }
}
