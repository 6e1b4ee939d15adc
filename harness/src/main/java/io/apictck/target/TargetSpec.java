package io.apictck.target;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A target as it is written: {@code name[:key=value,...]}; a path alone, as in {@code
 * serial:/dev/ttyS0}, is that of a device. Behind {@code chip:} what is no option begins a command
 * that goes to the end.
 *
 * @param name name of the provider
 * @param options what stands behind the colon, in its order
 */
public record TargetSpec(String name, Map<String, String> options) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]*");

  /** The key that a path may go without. */
  private static final String DEVICE = "device";

  /** The target whose last option is a command, and the key that it may go without. */
  private static final String CHIP = "chip";

  private static final String COMMAND = "command";

  /** An option that stands before a command. */
  private static final Pattern OPTION = Pattern.compile("([a-z][a-z0-9-]*)=([^,]*)(?:,|$)");

  /** Takes a copy of the options. */
  public TargetSpec {
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
  }

  /**
   * Parses a target.
   *
   * @throws TargetException if it is not written as {@code name[:key=value,...]}
   */
  public static TargetSpec parse(String text) {
    int colon = text.indexOf(':');
    String name = (colon < 0 ? text : text.substring(0, colon)).strip();
    if (!NAME.matcher(name).matches()) {
      throw wrong(text, "a name has lower case letters, digits and hyphens");
    }
    Map<String, String> options = new LinkedHashMap<>();
    if (colon >= 0 && name.equals(CHIP)) {
      addOptionsAndCommand(text, text.substring(colon + 1).strip(), options);
    } else if (colon >= 0) {
      for (String option : text.substring(colon + 1).split(",", -1)) {
        addOption(text, option, options);
      }
    }
    return new TargetSpec(name, options);
  }

  private static void addOptionsAndCommand(String text, String list, Map<String, String> options) {
    Matcher option = OPTION.matcher(list);
    int position = 0;
    while (position < list.length()
        && option.region(position, list.length()).lookingAt()
        && !option.group(1).equals(COMMAND)) {
      addOption(text, option.group(1) + "=" + option.group(2), options);
      position = option.end();
    }
    String command = list.substring(position).strip();
    if (!command.isEmpty()) {
      String key = COMMAND + "=";
      options.put(COMMAND, command.startsWith(key) ? command.substring(key.length()) : command);
    }
  }

  private static void addOption(String text, String option, Map<String, String> options) {
    if (option.startsWith("/")) {
      addOption(text, DEVICE + "=" + option, options);
      return;
    }
    int equals = option.indexOf('=');
    if (equals <= 0) {
      throw wrong(text, "\"" + option + "\" is not key=value");
    }
    String key = option.substring(0, equals).strip();
    if (options.put(key, option.substring(equals + 1).strip()) != null) {
      throw wrong(text, key + " stands there twice");
    }
  }

  private static TargetException wrong(String text, String why) {
    return new TargetException(
        "target \"" + text + "\" is not written as name[:key=value,...]: " + why);
  }

  /** As it is written. */
  @Override
  public String toString() {
    return options.isEmpty()
        ? name
        : options.entrySet().stream()
            .map(this::written)
            .collect(Collectors.joining(",", name + ":", ""));
  }

  private String written(Map.Entry<String, String> option) {
    return name.equals(CHIP) && option.getKey().equals(COMMAND)
        ? option.getValue()
        : option.getKey() + "=" + option.getValue();
  }
}
