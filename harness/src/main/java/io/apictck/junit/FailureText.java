package io.apictck.junit;

import io.apictck.trace.Trace;
import io.apictck.trace.TraceText;
import java.util.List;

/**
 * The text of a test that went wrong: verdict, requirements, what was wrong, what was done last.
 */
final class FailureText {
  private static final int LINES = 12;

  private FailureText() {}

  static String of(Judgement judgement, List<String> covers, String note, Trace trace) {
    StringBuilder text = new StringBuilder(judgement.verdict().name());
    if (!covers.isEmpty()) {
      text.append(" of ").append(String.join(", ", covers));
    }
    text.append(": ").append(judgement.reason());
    if (!note.isEmpty()) {
      text.append('\n').append(note);
    }
    List<String> lines = TraceText.excerpt(trace, LINES);
    if (!lines.isEmpty()) {
      text.append("\nWhat was done and seen last:");
      lines.forEach(line -> text.append("\n  ").append(line));
    }
    return text.toString();
  }
}
