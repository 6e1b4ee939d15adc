package io.apictck.reports.site;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** Writes HTML or SVG. Whatever is given as text or as the value of an attribute is escaped. */
public final class Html {
  private static final Set<String> VOID = Set.of("meta", "link", "input", "br", "img", "hr");

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param tag its name
   * @param attributes names and values by turns
   */
  public Html open(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i + 1 < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      out.append('"');
    }
    out.append('>');
    if (!VOID.contains(tag)) {
      open.push(tag);
    }
    return this;
  }

  /** An element without contents, as SVG has them. */
  public Html empty(String tag, String... attributes) {
    open(tag, attributes);
    open.pop();
    out.setLength(out.length() - 1);
    out.append("/>");
    return this;
  }

  /** Closes the innermost open element. */
  public Html close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** Closes it and begins a new line. */
  public Html closeLine() {
    close();
    out.append('\n');
    return this;
  }

  /** Text. */
  public Html text(String text) {
    escape(text);
    return this;
  }

  /** An element that holds text only. */
  public Html element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** A link. */
  public Html link(String address, String text) {
    return element("a", text, "href", address);
  }

  /** Markup that is our own: a style sheet, a script, a picture. */
  public Html raw(String markup) {
    out.append(markup);
    return this;
  }

  private void escape(String text) {
    int plain = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isPlain(c)) {
        continue;
      }
      out.append(text, plain, i);
      plain = i + 1;
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append('\uFFFD');
      }
    }
    out.append(text, plain, text.length());
  }

  private static boolean isPlain(char c) {
    return c != '&' && c != '<' && c != '>' && c != '"' && c != '\'' && !isForbidden(c);
  }

  /** Whether neither HTML nor XML may hold a character. */
  private static boolean isForbidden(char c) {
    boolean control = c < ' ' && c != '\n' && c != '\t';
    return control || c == 0xFFFE || c == 0xFFFF;
  }

  /** All that was written. */
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("element " + open.peek() + " is not closed");
    }
    return out.toString();
  }
}
