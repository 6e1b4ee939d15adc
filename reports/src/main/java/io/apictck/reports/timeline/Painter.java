package io.apictck.reports.timeline;

import io.apictck.reports.site.Html;
import io.apictck.reports.timeline.Row.Change;
import io.apictck.reports.timeline.Row.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Paints rows. */
final class Painter {
  private static final int HEADING = 62;
  private static final int ROW = 20;
  private static final int BAR = 6;
  private static final int STEP = 9;
  private static final double CHARACTER = 6.65;
  private static final String FONT =
      "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

  private final Lanes lanes;
  private final Html bars = new Html();
  private final Html labels = new Html();
  private final Map<Integer, Deque<Bar>> contexts = new HashMap<>();
  private final Map<Integer, Integer> depths = new HashMap<>();
  private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);
  private int y = HEADING;

  Painter(Lanes lanes) {
    this.lanes = lanes;
  }

  /** A row, and whether it is to be seen. */
  record Drawn(Row row, boolean visible) {}

  private record Bar(Kind kind, int top) {}

  String paint(List<Drawn> rows) {
    measure(rows);
    String time = "";
    for (Drawn drawn : rows) {
      Row row = drawn.row();
      if (drawn.visible()) {
        String now = row.kind() == Kind.GAP ? time : Values.time(row.nanos());
        if (!now.equals(time)) {
          label(Lanes.TIME - 10, now, "end", Palette.FAINT);
          time = now;
        }
        draw(row);
      }
      change(row);
      if (drawn.visible()) {
        y += ROW;
      }
    }
    contexts.forEach((lane, stack) -> endAll(lane, stack, y));
    return frame();
  }

  /** Finds out how deep the contexts of each processor nest, so that texts begin to their right. */
  private void measure(List<Drawn> rows) {
    Map<Integer, Integer> now = new HashMap<>();
    for (Drawn drawn : rows) {
      Row row = drawn.row();
      switch (row.change()) {
        case ENTER -> depths.merge(row.lane(), now.merge(row.lane(), 1, Integer::sum), Math::max);
        case LEAVE -> now.merge(row.lane(), 0, (depth, none) -> Math.max(0, depth - 1));
        case CLEAR -> now.clear();
        case NONE -> {}
      }
    }
  }

  private void change(Row row) {
    int middle = y + ROW / 2;
    switch (row.change()) {
      case ENTER ->
          contexts
              .computeIfAbsent(row.lane(), lane -> new ArrayDeque<>())
              .push(new Bar(row.kind(), middle));
      case LEAVE -> {
        Deque<Bar> stack = contexts.getOrDefault(row.lane(), new ArrayDeque<>());
        if (!stack.isEmpty()) {
          end(row.lane(), stack, middle);
        }
      }
      case CLEAR -> {
        List<Integer> cleared =
            row.lane() == Row.ALL ? new ArrayList<>(contexts.keySet()) : List.of(row.lane());
        cleared.forEach(
            lane -> endAll(lane, contexts.getOrDefault(lane, new ArrayDeque<>()), middle));
      }
      case NONE -> {}
    }
  }

  private void endAll(int lane, Deque<Bar> stack, int bottom) {
    while (!stack.isEmpty()) {
      end(lane, stack, bottom);
    }
  }

  private void end(int lane, Deque<Bar> stack, int bottom) {
    int depth = stack.size();
    Bar bar = stack.pop();
    if (!lanes.shares(lane) && bottom > bar.top()) {
      rectangle(
          bars,
          lanes.x(lane) + depth * STEP,
          bar.top(),
          BAR,
          bottom - bar.top(),
          Palette.of(bar.kind()),
          "none");
    }
  }

  private int textX(Row row) {
    int x = lanes.x(row.lane());
    return row.lane() < 0 || lanes.shares(row.lane())
        ? x + 6
        : x + (depths.getOrDefault(row.lane(), 0) + 1) * STEP + 6;
  }

  private void draw(Row row) {
    kinds.add(row.kind());
    int x = textX(row);
    int width = lanes.x(row.lane()) + lanes.width(row.lane()) - x;
    String prefix = lanes.shares(row.lane()) ? "CPU " + row.lane() + " " : "";
    switch (row.kind()) {
      case ACTION -> box(x, width, prefix + row.text(), Palette.BOX, Palette.BOX_LINE);
      case STIMULUS -> box(x, width, row.text(), Palette.of(Kind.STIMULUS), "#d9b65c");
      case NOTE -> box(x, width, row.text(), Palette.of(Kind.NOTE), "#e0d56a");
      case TIME, GAP -> {
        line(x, y + ROW / 2, x + width, row.kind() == Kind.GAP ? "6 4" : "1 4");
        String text = row.kind() == Kind.GAP ? "\u2026 " + row.text() + " \u2026" : row.text();
        int length = (int) (text.length() * CHARACTER) + 12;
        rectangle(bars, x + 24, y + 1, length, ROW - 3, "#ffffff", "none");
        text(x + 30, text, width, Palette.FAINT);
      }
      case ENDED -> text(x + 5, prefix + row.text(), width - 8, Palette.FAINT);
      case EXTERNAL, NMI, SOFTWARE, SMI, TRAP, FAULT, START, RESET -> {
        int badge = (int) (row.badge().length() * CHARACTER) + 10;
        rectangle(bars, x, y + 2, badge, ROW - 4, Palette.of(row.kind()), "none");
        text(x + 5, row.badge(), badge, "#ffffff");
        text(x + badge + 6, prefix + row.text(), width - badge - 8, Palette.TEXT);
      }
    }
  }

  /** Text in a box that is as wide as the text, but no wider than the lane. */
  private void box(int x, int width, String text, String fill, String stroke) {
    int wanted = (int) Math.ceil(text.length() * CHARACTER) + 12;
    rectangle(bars, x, y + 1, Math.min(width, wanted), ROW - 3, fill, stroke);
    text(x + 5, text, width - 8, Palette.TEXT);
  }

  private static void rectangle(
      Html html, int x, int y, int width, int height, String fill, String stroke) {
    html.open(
            "rect",
            "x", Integer.toString(x),
            "y", Integer.toString(y),
            "width", Integer.toString(width),
            "height", Integer.toString(height),
            "rx", "3",
            "fill", fill,
            "stroke", stroke)
        .closeLine();
  }

  private void line(int x, int y, int end, String dashes) {
    bars.open(
            "path",
            "d", "M" + x + " " + y + "H" + end,
            "stroke", Palette.BOX_LINE,
            "stroke-dasharray", dashes)
        .closeLine();
  }

  private void label(int x, String text, String anchor, String fill) {
    labels
        .element(
            "text",
            text,
            "x", Integer.toString(x),
            "y", Integer.toString(y + 14),
            "text-anchor", anchor,
            "fill", fill)
        .raw("\n");
  }

  /** Text that is cut to a width; the whole of it is then shown to who points at it. */
  private void text(int x, String text, int width, String fill) {
    int room = Math.max(1, (int) (width / CHARACTER));
    String one = text.replace('\n', ' ');
    labels.open("text", "x", Integer.toString(x), "y", Integer.toString(y + 14), "fill", fill);
    if (one.length() > room) {
      labels.element("title", one);
      labels.text(one.substring(0, room - 1) + "\u2026");
    } else {
      labels.text(one);
    }
    labels.closeLine();
  }

  private String frame() {
    int height = y + 10;
    int width = lanes.total();
    Html svg = new Html();
    svg.open(
            "svg",
            "xmlns", "http://www.w3.org/2000/svg",
            "width", Integer.toString(width),
            "height", Integer.toString(height),
            "viewBox", "0 0 " + width + " " + height,
            "font-family", FONT,
            "font-size", "11")
        .raw("\n");
    rectangle(svg, 0, 0, width, height, "#ffffff", "none");
    headings(svg, height);
    legend(svg);
    svg.raw(bars.toString()).raw(labels.toString());
    return svg.close().raw("\n").toString();
  }

  private void headings(Html svg, int height) {
    if (lanes.hasDevices()) {
      heading(svg, Row.DEVICES, "lines and devices", height);
    }
    lanes.cpus().forEach(cpu -> heading(svg, cpu, "CPU " + cpu, height));
    if (lanes.others()) {
      heading(svg, Integer.MAX_VALUE, "other CPUs", height);
    }
  }

  private void heading(Html svg, int lane, String name, int height) {
    int x = lanes.x(lane);
    svg.element(
            "text",
            name,
            "x", Integer.toString(x),
            "y", "48",
            "font-weight", "bold",
            "font-size", "12",
            "fill", Palette.TEXT)
        .raw("\n");
    if (lane >= 0 && !lanes.shares(lane)) {
      rectangle(svg, x, HEADING - 6, BAR, height - HEADING, Palette.RUNNING, "none");
    } else {
      svg.open(
              "path",
              "d", "M" + x + " " + (HEADING - 6) + "V" + (height - 6),
              "stroke", Palette.LINE)
          .closeLine();
    }
  }

  private void legend(Html svg) {
    int x = 10;
    svg.element(
        "text",
        "order of the trace, not to scale",
        "x", Integer.toString(x),
        "y", "20",
        "fill", Palette.FAINT);
    x += 232;
    for (Kind kind : kinds) {
      String name =
          switch (kind) {
            case EXTERNAL -> "interrupt";
            case NMI -> "NMI";
            case SOFTWARE -> "software interrupt";
            case SMI -> "SMI";
            case TRAP -> "trap";
            case FAULT -> "fault";
            case START -> "start";
            case RESET -> "reset";
            default -> "";
          };
      if (!name.isEmpty()) {
        rectangle(svg, x, 11, 10, 10, Palette.of(kind), "none");
        svg.element(
            "text", name, "x", Integer.toString(x + 14), "y", "20", "fill", Palette.TEXT);
        x += 14 + (int) (name.length() * CHARACTER) + 16;
      }
    }
    svg.raw("\n");
  }
}
