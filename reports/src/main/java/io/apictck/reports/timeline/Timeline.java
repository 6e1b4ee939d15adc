package io.apictck.reports.timeline;

import io.apictck.trace.Trace;
import java.util.ArrayList;
import java.util.List;

/**
 * A trace as a picture: time runs downwards, each processor has a lane, interrupts that it took are
 * bars beside what it did until their handlers returned. Rows stand in the order of the trace; they
 * are not to scale.
 */
public final class Timeline {
  private static final int MAX_ROWS = 80;
  private static final int HEAD = 24;

  private Timeline() {}

  /** The picture as SVG; of a long trace its beginning and its end. */
  public static String svg(Trace trace) {
    List<Row> rows = Rows.of(trace);
    return new Painter(Lanes.of(cut(rows))).paint(mark(rows));
  }

  private static boolean isLong(List<Row> rows) {
    return rows.size() > MAX_ROWS;
  }

  private static List<Row> cut(List<Row> rows) {
    if (!isLong(rows)) {
      return rows;
    }
    List<Row> kept = new ArrayList<>(rows.subList(0, HEAD));
    kept.addAll(rows.subList(rows.size() - (MAX_ROWS - HEAD), rows.size()));
    return kept;
  }

  /** All rows, for the contexts depend on all of them, and which are to be seen. */
  private static List<Painter.Drawn> mark(List<Row> rows) {
    int from = HEAD;
    int to = rows.size() - (MAX_ROWS - HEAD);
    List<Painter.Drawn> marked = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (isLong(rows) && i == from) {
        Row gap =
            Row.of(rows.get(i).nanos(), Row.ALL, Row.Kind.GAP, "", (to - from) + " rows left out");
        marked.add(new Painter.Drawn(gap, true));
      }
      marked.add(new Painter.Drawn(rows.get(i), !isLong(rows) || i < from || i >= to));
    }
    return marked;
  }
}
