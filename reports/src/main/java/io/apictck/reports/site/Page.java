package io.apictck.reports.site;

import java.util.List;
import java.util.function.Consumer;

/** What pages have in common. They load nothing from anywhere. */
final class Page {
  private static final List<String> NAMES =
      List.of("index.html", "matrix.html", "requirements.html", "measurements.html");
  private static final List<String> TITLES =
      List.of("Summary", "Conformance matrix", "Requirements", "Measurements");

  private Page() {}

  /**
   * A page of the site.
   *
   * @param name of its file
   * @param allure whether there is an Allure report to link to
   * @param body writes what is between the heading and the end
   */
  static String of(String name, boolean allure, Consumer<Html> body) {
    String title = TITLES.get(NAMES.indexOf(name));
    Html html = new Html();
    head(html, title + " \u2013 apic-tck");
    html.open("style").raw(Resources.STYLE).closeLine();
    html.close();
    html.open("body").open("header").element("b", "apic-tck");
    for (int i = 0; i < NAMES.size(); i++) {
      String here = NAMES.get(i).equals(name) ? "here" : "";
      html.element("a", TITLES.get(i), "href", NAMES.get(i), "class", here);
    }
    if (allure) {
      html.link("allure/index.html", "Allure report");
    }
    html.closeLine();
    html.open("main").raw("\n");
    body.accept(html);
    html.close().close().close();
    return "<!DOCTYPE html>\n" + html + "\n";
  }

  /** Opens the page and its head. */
  static void head(Html html, String title) {
    html.open("html", "lang", "en").open("head").open("meta", "charset", "utf-8");
    html.open("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    // no favicon is asked for
    html.open("link", "rel", "icon", "href", "data:,");
    html.element("title", title).raw("\n");
  }

  static void script(Html html, String script) {
    html.open("script").raw(script).closeLine();
  }
}
