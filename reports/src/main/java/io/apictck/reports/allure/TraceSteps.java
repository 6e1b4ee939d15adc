package io.apictck.reports.allure;

import io.apictck.reports.timeline.TraceGroup;
import io.apictck.trace.Trace;
import io.qameta.allure.model.Status;
import io.qameta.allure.model.StepResult;
import java.util.ArrayList;
import java.util.List;

/** A trace as steps: one for each action, with its events as steps inside. */
final class TraceSteps {
  private static final int MAX = 60;
  private static final int HEAD = 15;
  private static final int MAX_NAME = 160;

  private TraceSteps() {}

  /**
   * The steps of a trace.
   *
   * @param last status of the last step; the others passed
   */
  static List<StepResult> of(Trace trace, Status last) {
    List<TraceGroup> groups = new ArrayList<>(TraceGroup.of(trace.head()));
    groups.addAll(TraceGroup.of(trace.tail()));
    List<StepResult> steps = new ArrayList<>();
    int left = groups.size() - MAX;
    for (int i = 0; i < groups.size(); i++) {
      if (left > 0 && i == HEAD) {
        String more = trace.omitted() > 0 ? "; of the trace " + trace.omitted() + " entries" : "";
        steps.add(step("... " + left + " steps omitted" + more, Status.SKIPPED));
        i += left - 1;
      } else {
        steps.add(step(groups.get(i), i == groups.size() - 1 ? last : Status.PASSED));
      }
    }
    return steps;
  }

  private static StepResult step(TraceGroup group, Status status) {
    List<String> lines = group.lines(MAX_NAME);
    List<StepResult> inside = new ArrayList<>();
    lines.subList(1, lines.size()).forEach(line -> inside.add(step(line, Status.PASSED)));
    return step(lines.getFirst(), status).setSteps(inside);
  }

  private static StepResult step(String name, Status status) {
    return new StepResult().setName(shorten(name)).setStatus(status);
  }

  private static String shorten(String name) {
    return name.length() <= MAX_NAME ? name : name.substring(0, MAX_NAME) + "\u2026";
  }
}
