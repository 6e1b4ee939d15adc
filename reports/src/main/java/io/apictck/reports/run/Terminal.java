package io.apictck.reports.run;

import java.util.Map;

/**
 * What the output goes to.
 *
 * @param live whether lines of the standard error may be written over
 * @param colours whether the standard output may be coloured
 */
public record Terminal(boolean live, boolean colours) {
  /** Neither. */
  public static final Terminal PLAIN = new Terminal(false, false);

  /**
   * What the launcher script found out.
   *
   * @param properties system properties {@code apictck.terminal.out} and {@code .err}
   * @param environment NO_COLOR and TERM are looked at
   */
  public static Terminal of(Map<?, ?> properties, Map<String, String> environment) {
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean colourless = !environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        "true".equals(properties.get("apictck.terminal.err")) && !dumb,
        "true".equals(properties.get("apictck.terminal.out")) && !dumb && !colourless);
  }

  String red(String text) {
    return coloured(31, text);
  }

  String green(String text) {
    return coloured(32, text);
  }

  String bold(String text) {
    return coloured(1, text);
  }

  private String coloured(int code, String text) {
    return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
