package io.apictck.reports.timeline;

import io.apictck.reports.site.Html;

/** Rectangles, lines and texts of a picture. */
final class Shapes {
  /** Width of a character. */
  static final double CHARACTER = 6.65;

  private static final int MAX_WHOLE = 240;

  private final Html under = new Html();
  private final Html back = new Html();
  private final Html front = new Html();

  /** Width of a text. */
  static int width(String text) {
    return (int) Math.ceil(text.length() * CHARACTER);
  }

  /** A rectangle under all others but those of this kind before. */
  void bar(int x, int y, int width, int height, String style) {
    rectangle(under, x, y, width, height, style);
  }

  void rectangle(int x, int y, int width, int height, String style) {
    rectangle(back, x, y, width, height, style);
  }

  private static void rectangle(Html to, int x, int y, int width, int height, String style) {
    to.empty(
        "rect",
        "x",
        Integer.toString(x),
        "y",
        Integer.toString(y),
        "width",
        Integer.toString(width),
        "height",
        Integer.toString(height),
        "rx",
        "3",
        "class",
        style);
    to.raw("\n");
  }

  void line(String path, String style) {
    back.empty("path", "d", path, "class", style).raw("\n");
  }

  /** Text without a class of its own. */
  void text(int x, int y, String text) {
    open(x, y, "");
    front.text(text).closeLine();
  }

  void text(int x, int y, String text, String style) {
    open(x, y, style);
    front.text(text).closeLine();
  }

  /** Text that is cut to a width; more of it is then shown to who points at it. */
  void cut(int x, int y, String text, int width, String style) {
    int room = Math.max(1, (int) (width / CHARACTER));
    String one = text.replace('\n', ' ');
    open(x, y, style);
    if (one.length() > room) {
      front.element(
          "title", one.length() > MAX_WHOLE ? one.substring(0, MAX_WHOLE) + "\u2026" : one);
      front.text(one.substring(0, room - 1) + "\u2026");
    } else {
      front.text(one);
    }
    front.closeLine();
  }

  private void open(int x, int y, String style) {
    String left = Integer.toString(x);
    String base = Integer.toString(y);
    if (style.isEmpty()) {
      front.open("text", "x", left, "y", base);
    } else {
      front.open("text", "x", left, "y", base, "class", style);
    }
  }

  /** The picture as SVG. */
  String svg(int width, int height) {
    Html svg = new Html();
    svg.open(
            "svg",
            "xmlns",
            "http://www.w3.org/2000/svg",
            "class",
            "tl",
            "width",
            Integer.toString(width),
            "height",
            Integer.toString(height),
            "viewBox",
            "0 0 " + width + " " + height)
        .raw("\n");
    svg.open("style").raw(Palette.STYLE).closeLine();
    svg.empty("rect", "width", "100%", "height", "100%", "class", Palette.WHITE).raw("\n");
    svg.raw(under.toString()).raw(back.toString()).raw(front.toString());
    return svg.close().raw("\n").toString();
  }
}
