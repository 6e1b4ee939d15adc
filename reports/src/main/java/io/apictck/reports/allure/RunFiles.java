package io.apictck.reports.allure;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What Allure wants to know of a run besides the results: categories, environment, executor. */
public final class RunFiles {
  private RunFiles() {}

  /**
   * Writes the files.
   *
   * @param folder folder of Allure results
   * @param environment what is to stand in the report's table of the environment
   */
  public static void write(Path folder, Map<String, String> environment) throws IOException {
    copy("categories.json", folder);
    copy("executor.json", folder);
    Files.writeString(folder.resolve("environment.properties"), properties(environment));
  }

  private static void copy(String name, Path folder) throws IOException {
    try (InputStream in = RunFiles.class.getResourceAsStream("/allure/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the resource allure/" + name + " is missing");
      }
      Files.write(folder.resolve(name), in.readAllBytes());
    }
  }

  private static String properties(Map<String, String> environment) throws IOException {
    Properties properties = new Properties();
    new TreeMap<>(environment).forEach(properties::setProperty);
    StringWriter text = new StringWriter();
    properties.store(text, null);
    // without the line with the date, so that equal runs leave equal files
    return text.toString()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
