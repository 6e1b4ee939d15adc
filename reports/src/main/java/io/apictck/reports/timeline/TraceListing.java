package io.apictck.reports.timeline;

import io.apictck.trace.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A trace as text with times. */
public final class TraceListing {
  /** No bound: all that was kept of the trace. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Lines of a listing that is bounded. */
  public static final int BOUND = 200;

  /** Lines of a listing of a test that nobody need look at. */
  public static final int SHORT = 60;

  private static final int MAX_LINE = 400;

  private TraceListing() {}

  /**
   * The lines of a trace.
   *
   * @param bound how many at most; some from its beginning and the others from its end
   */
  public static String of(Trace trace, int bound) {
    int width = bound == ALL ? Integer.MAX_VALUE : MAX_LINE;
    List<String> head = lines(TraceGroup.of(trace.head()), width);
    List<String> tail = lines(TraceGroup.of(trace.tail()), width);
    List<String> lines = new ArrayList<>(head);
    if (trace.omitted() > 0) {
      lines.add(gap(trace.omitted() + " entries were not kept"));
    }
    lines.addAll(tail);
    if (lines.size() > bound) {
      int left = lines.size() - bound;
      int first = bound / 4;
      lines.subList(first, first + left).clear();
      lines.add(first, gap(left + " lines left out"));
    }
    return String.join("\n", lines) + "\n";
  }

  private static String gap(String text) {
    return "%15s  ... %s ...".formatted("", text);
  }

  private static List<String> lines(List<TraceGroup> groups, int width) {
    List<String> lines = new ArrayList<>();
    for (TraceGroup group : groups) {
      String time = String.format(Locale.ROOT, "%,12d ns", group.nanos());
      for (String line : group.lines()) {
        String cut = line.length() > width ? line.substring(0, width) + "\u2026" : line;
        lines.add(time + "  " + cut);
        time = " ".repeat(time.length());
      }
    }
    return lines;
  }
}
