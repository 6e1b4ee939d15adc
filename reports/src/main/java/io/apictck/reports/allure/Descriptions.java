package io.apictck.reports.allure;

import io.apictck.reports.site.Html;
import io.apictck.suites.catalogue.Requirement;
import java.util.List;

/** What a test is about, in HTML. */
public final class Descriptions {
  private Descriptions() {}

  /** The requirements that a test decides, and what it observed. */
  public static String html(
      List<Requirement> requirements, List<String> ports, List<String> observations) {
    Html html = new Html();
    for (Requirement requirement : requirements) {
      html.open("p").element("b", requirement.id()).text(" ").text(requirement.statement());
      html.open("br").element("i", requirement.source() + " · " + requirement.modality());
      line(html, "Look at: ", requirement.hint());
      line(html, "Known deviations: ", requirement.deviations());
      html.closeLine();
    }
    if (!ports.isEmpty()) {
      html.element("p", "Checks of kvm-unit-tests: " + String.join(", ", ports));
    }
    if (!observations.isEmpty()) {
      html.element("p", "Observed:").open("ul");
      observations.forEach(observation -> html.element("li", observation));
      html.close();
    }
    return html.toString();
  }

  private static void line(Html html, String heading, String text) {
    if (!text.isEmpty()) {
      html.open("br").text(heading).text(text);
    }
  }
}
