package io.apictck.chip;

import io.apictck.platform.PlatformException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A command as it is typed: words, quotes and backslashes as in a shell, and nothing else. */
final class CommandWords {
  private CommandWords() {}

  /**
   * Splits a command.
   *
   * @throws PlatformException if it has no word or an open quote
   */
  static List<String> split(String command) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean inWord = false;
    char quote = 0;
    for (int i = 0; i < command.length(); i++) {
      char c = command.charAt(i);
      if (c == '\\' && quote != '\'' && i + 1 < command.length()) {
        i++;
        word.append(command.charAt(i));
        inWord = true;
      } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
        quote = quote == 0 ? c : 0;
        inWord = true;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (inWord) {
          words.add(word.toString());
          word.setLength(0);
          inWord = false;
        }
      } else {
        word.append(c);
        inWord = true;
      }
    }
    if (quote != 0) {
      throw new PlatformException("the command %s has an open quote".formatted(command));
    }
    if (inWord) {
      words.add(word.toString());
    }
    if (words.isEmpty()) {
      throw new PlatformException("there is no command; write chip:COMMAND or chip:socket=PATH");
    }
    return words;
  }

  /** Where a program is: a path, or a name that is looked up in PATH. */
  static Optional<Path> find(String program) {
    if (program.contains("/")) {
      return Optional.of(Path.of(program)).filter(CommandWords::isProgram);
    }
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : path.split(":", -1)) {
      Path candidate = Path.of(folder.isEmpty() ? "." : folder, program);
      if (isProgram(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }
}
