package io.apictck.reports.site;

import io.apictck.junit.TestResult;
import io.apictck.reports.json.RequirementVerdict;
import io.apictck.suites.catalogue.Catalogue;
import io.apictck.suites.catalogue.Requirement;

/** The page of one test: what it decides, what came of it, and its trace. */
public final class TestPage {
  /** Name of the style sheet that lies beside the pages. */
  public static final String STYLE_FILE = "style.css";

  private TestPage() {}

  /** The style sheet. */
  public static String style() {
    return Resources.STYLE;
  }

  /**
   * The page.
   *
   * @param timeline picture of the trace
   * @param listing text of the trace
   */
  public static String html(TestResult test, Catalogue catalogue, String timeline, String listing) {
    Html html = new Html();
    Page.head(html, test.name() + " \u2013 " + test.target());
    html.open("link", "rel", "stylesheet", "href", STYLE_FILE).close();
    html.open("body").open("main").open("h1");
    Verdicts.badge(html, RequirementVerdict.of(test.verdict()));
    html.text(" " + test.name()).closeLine();
    html.open("p", "class", "faint small").element("span", test.id(), "class", "id");
    html.open("br").text("on " + test.target() + ", " + test.platform() + " " + test.version());
    html.closeLine();
    reason(html, test);
    for (String id : test.covers()) {
      catalogue.find(id).ifPresent(requirement -> requirement(html, requirement));
    }
    if (!test.observations().isEmpty()) {
      html.element("h2", "Observed").open("ul");
      test.observations().forEach(observation -> html.element("li", observation));
      html.closeLine();
    }
    if (test.trace().size() > 0) {
      html.element("h2", "Timeline").open("div", "class", "picture").raw(timeline).closeLine();
      html.element("h2", "Trace").element("pre", listing, "class", "trace").raw("\n");
    }
    html.element("h2", "Again");
    html.element("pre", "apic-tck run --target '" + test.target() + "' --test '" + test.id() + "'");
    html.close().close().close();
    return "<!DOCTYPE html>\n" + html + "\n";
  }

  private static void reason(Html html, TestResult test) {
    if (!test.expected() || !test.reason().isEmpty()) {
      html.open("div", "class", "card " + (test.expected() ? "good" : "bad"));
      html.element("p", test.expected() ? "As expected." : "Not expected.", "class", "faint small");
      html.element("pre", test.reason()).closeLine();
    }
  }

  private static void requirement(Html html, Requirement requirement) {
    html.open("div", "class", "card").open("p").element("b", requirement.id());
    html.text(" " + requirement.statement()).close();
    html.element(
        "p", requirement.source() + " \u00b7 " + requirement.modality(), "class", "faint small");
    line(html, "Look at: ", requirement.hint());
    line(html, "Known deviations: ", requirement.deviations());
    html.closeLine();
  }

  private static void line(Html html, String heading, String text) {
    if (!text.isEmpty()) {
      html.open("p", "class", "small").element("b", heading).text(text).close();
    }
  }
}
