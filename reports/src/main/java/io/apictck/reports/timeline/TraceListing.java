package io.apictck.reports.timeline;

import io.apictck.trace.Trace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

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
    List<Part> parts = new ArrayList<>();
    TraceGroup.of(trace.head()).forEach(group -> parts.add(new Part.Group(group)));
    if (trace.omitted() > 0) {
      parts.add(new Part.Gap(gap(trace.omitted() + " entries were not kept")));
    }
    TraceGroup.of(trace.tail()).forEach(group -> parts.add(new Part.Group(group)));
    int total = parts.stream().mapToInt(Part::lineCount).sum();
    List<String> lines = new ArrayList<>();
    if (total <= bound) {
      parts.forEach(part -> lines.addAll(part.lines(width(bound))));
    } else {
      int first = bound / 4;
      lines.addAll(first(parts, first, width(bound)));
      lines.add(gap((total - bound) + " lines left out"));
      lines.addAll(last(parts, bound - first, width(bound)));
    }
    return String.join("\n", lines) + "\n";
  }

  private static int width(int bound) {
    return bound == ALL ? Integer.MAX_VALUE : MAX_LINE;
  }

  private static List<String> first(List<Part> parts, int count, int width) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; lines.size() < count; i++) {
      lines.addAll(parts.get(i).lines(width));
    }
    return lines.subList(0, count);
  }

  private static List<String> last(List<Part> parts, int count, int width) {
    Deque<List<String>> pieces = new ArrayDeque<>();
    int size = 0;
    for (int i = parts.size() - 1; size < count; i--) {
      List<String> piece = parts.get(i).lines(width);
      pieces.addFirst(piece);
      size += piece.size();
    }
    List<String> lines = new ArrayList<>();
    pieces.forEach(lines::addAll);
    return lines.subList(size - count, size);
  }

  /** A piece of a listing that becomes text only if somebody will see it. */
  private sealed interface Part {
    int lineCount();

    List<String> lines(int width);

    record Gap(String text) implements Part {
      @Override
      public int lineCount() {
        return 1;
      }

      @Override
      public List<String> lines(int width) {
        return List.of(text);
      }
    }

    record Group(TraceGroup group) implements Part {
      @Override
      public int lineCount() {
        return group.lineCount();
      }

      @Override
      public List<String> lines(int width) {
        return TraceListing.lines(group, width);
      }
    }
  }

  private static String gap(String text) {
    return "%15s  ... %s ...".formatted("", text);
  }

  private static List<String> lines(TraceGroup group, int width) {
    List<String> lines = new ArrayList<>();
    String time = Values.grouped(group.nanos(), 12) + " ns";
    for (String line : group.lines(width)) {
      String cut = line.length() > width ? line.substring(0, width) + "\u2026" : line;
      lines.add(time + "  " + cut);
      time = " ".repeat(time.length());
    }
    return lines;
  }
}
