package io.apictck.reports.timeline;

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

  private final Lanes lanes;
  private final Shapes shapes = new Shapes();
  private final Map<Integer, Deque<Bar>> contexts = new HashMap<>();
  private final Map<Integer, Privilege> privileges = new HashMap<>();
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
          shapes.text(Lanes.TIME - 10, y + 14, now, Palette.TIME);
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
    int height = y + 10;
    headings(height);
    legend(userMode());
    return shapes.svg(lanes.total(), height);
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
        case NONE, TO_USER, TO_KERNEL -> {}
      }
    }
  }

  private void change(Row row) {
    int middle = y + ROW / 2;
    if (row.lane() == Row.ALL) {
      privileges.values().forEach(privilege -> privilege.change(row, middle));
    } else {
      privileges.computeIfAbsent(row.lane(), _ -> new Privilege()).change(row, middle);
    }
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
      case NONE, TO_USER, TO_KERNEL -> {}
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
      shapes.rectangle(
          lanes.x(lane) + depth * STEP, bar.top(), BAR, bottom - bar.top(), Palette.of(bar.kind()));
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
      case ACTION -> box(x, width, prefix + row.text(), Palette.ACTION);
      case STIMULUS -> box(x, width, row.text(), Palette.STIMULUS);
      case NOTE -> box(x, width, row.text(), Palette.NOTE);
      case TIME -> line(x, width, row.text(), Palette.PASSING);
      case GAP -> line(x, width, "\u2026 " + row.text() + " \u2026", Palette.GAP);
      case ENDED -> shapes.cut(x + 5, y + 14, prefix + row.text(), width - 8, Palette.FAINT);
      case EXTERNAL, NMI, SOFTWARE, SMI, USER, TRAP, FAULT, START, RESET -> {
        int badge = Shapes.width(row.badge()) + 10;
        shapes.rectangle(x, y + 2, badge, ROW - 4, Palette.of(row.kind()));
        shapes.text(x + 5, y + 14, row.badge(), Palette.WHITE);
        shapes.cut(x + badge + 6, y + 14, prefix + row.text(), width - badge - 8, "");
      }
    }
  }

  /** Text in a box that is as wide as the text, but no wider than the lane. */
  private void box(int x, int width, String text, String style) {
    shapes.rectangle(x, y + 1, Math.min(width, Shapes.width(text) + 12), ROW - 3, style);
    shapes.cut(x + 5, y + 14, text, width - 8, "");
  }

  private void line(int x, int width, String text, String style) {
    shapes.line("M" + x + " " + (y + ROW / 2) + "H" + (x + width), style);
    shapes.rectangle(x + 24, y + 1, Shapes.width(text) + 12, ROW - 3, Palette.WHITE);
    shapes.text(x + 30, y + 14, text, Palette.FAINT);
  }

  private void headings(int height) {
    if (lanes.hasDevices()) {
      heading(Row.DEVICES, "lines and devices", height);
    }
    lanes.cpus().forEach(cpu -> heading(cpu, "CPU " + cpu, height));
    if (lanes.others()) {
      heading(Integer.MAX_VALUE, "other CPUs", height);
    }
  }

  private void heading(int lane, String name, int height) {
    int x = lanes.x(lane);
    shapes.text(x, 48, name, Palette.HEADING);
    if (lane >= 0 && !lanes.shares(lane)) {
      shapes.bar(x, HEADING - 6, BAR, height - HEADING, Palette.RUNNING);
    } else {
      shapes.line("M" + x + " " + (HEADING - 6) + "V" + (height - 6), Palette.EDGE);
    }
  }

  /** Paints where processors were in user mode; whether any was. */
  private boolean userMode() {
    boolean any = false;
    for (int cpu : lanes.cpus()) {
      for (Privilege.Span span : privileges.getOrDefault(cpu, new Privilege()).until(y)) {
        shapes.bar(lanes.x(cpu), span.top(), BAR, span.bottom() - span.top(), Palette.USER_MODE);
        any = true;
      }
    }
    return any;
  }

  private void legend(boolean userMode) {
    String order = "order of the trace, not to scale";
    int x = 10;
    shapes.text(x, 20, order, Palette.FAINT);
    x += Shapes.width(order) + 20;
    for (Kind kind : kinds) {
      String name =
          switch (kind) {
            case EXTERNAL -> "interrupt";
            case NMI -> "NMI";
            case SOFTWARE -> "software interrupt";
            case SMI -> "SMI";
            case USER -> "user interrupt";
            case TRAP -> "trap";
            case FAULT -> "fault";
            case START -> "start";
            case RESET -> "reset";
            case ACTION, STIMULUS, NOTE, TIME, GAP, ENDED -> "";
          };
      if (!name.isEmpty()) {
        x = legend(x, Palette.of(kind), name);
      }
    }
    if (userMode) {
      legend(legend(x, Palette.RUNNING, "kernel mode"), Palette.USER_MODE, "user mode");
    }
  }

  private int legend(int x, String style, String name) {
    shapes.rectangle(x, 11, 10, 10, style);
    shapes.text(x + 14, 20, name);
    return x + 14 + Shapes.width(name) + 16;
  }
}
