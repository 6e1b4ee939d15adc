package io.apictck.reports.timeline;

import io.apictck.trace.TraceEntry;
import io.apictck.trace.TraceText;
import java.util.ArrayList;
import java.util.List;

/**
 * An action and the events it led to, or a note.
 *
 * @param entries at least one
 */
public record TraceGroup(List<TraceEntry> entries) {
  /** Takes a copy. */
  public TraceGroup {
    entries = List.copyOf(entries);
  }

  /** The groups of some entries, in their order. */
  public static List<TraceGroup> of(List<TraceEntry> entries) {
    List<TraceGroup> groups = new ArrayList<>();
    List<TraceEntry> group = new ArrayList<>();
    for (TraceEntry entry : entries) {
      if (!(entry instanceof TraceEntry.Saw) && !group.isEmpty()) {
        groups.add(new TraceGroup(group));
        group.clear();
      }
      group.add(entry);
    }
    if (!group.isEmpty()) {
      groups.add(new TraceGroup(group));
    }
    return groups;
  }

  /** Time before the action, in nanoseconds. */
  public long nanos() {
    return entries.getFirst().nanos();
  }

  /**
   * A line for the action, with what it gave if it ended at once, and one for each further event.
   */
  public List<String> lines() {
    return TraceText.lines(entries);
  }

  /** As {@link #lines()}, for a reader who sees {@code width} characters of a line. */
  public List<String> lines(int width) {
    return TraceText.lines(entries, width);
  }

  /** How many lines there are. */
  int lineCount() {
    return TraceText.lineCount(entries);
  }
}
