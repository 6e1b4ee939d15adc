package io.apictck.reports.site;

import io.apictck.reports.json.RequirementVerdict;
import java.util.Locale;

/**
 * Verdicts as pages show them: a colour and a sign, so that nothing depends on the colour alone.
 */
final class Verdicts {
  private Verdicts() {}

  static String sign(RequirementVerdict verdict) {
    return switch (verdict) {
      case PASS -> "\u2713";
      case FAIL -> "\u2717";
      case INFO -> "i";
      case NOT_APPLICABLE -> "n/a";
      case ERROR -> "!";
      case TIMEOUT -> "T";
      case CRASH -> "C";
      case NOT_RUN -> "\u25cb";
      case NOT_COVERED -> "\u00b7";
    };
  }

  static String words(RequirementVerdict verdict) {
    return switch (verdict) {
      case PASS, FAIL, INFO, ERROR, TIMEOUT, CRASH -> verdict.name();
      case NOT_APPLICABLE, NOT_RUN, NOT_COVERED ->
          verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }

  static void badge(Html html, RequirementVerdict verdict) {
    html.element("span", words(verdict), "class", "v " + verdict.name());
  }

  static void legend(Html html) {
    html.open("div", "class", "legend");
    for (RequirementVerdict verdict : RequirementVerdict.values()) {
      html.open("span")
          .element("span", sign(verdict), "class", "v " + verdict.name())
          .text(" " + words(verdict))
          .close();
    }
    html.closeLine();
  }
}
