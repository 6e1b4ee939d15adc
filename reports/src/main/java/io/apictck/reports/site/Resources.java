package io.apictck.reports.site;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Style sheet and scripts of the pages. */
final class Resources {
  static final String STYLE = read("style.css");
  static final String FILTER = read("filter.js");
  static final String PANEL = read("panel.js");

  private Resources() {}

  private static String read(String name) {
    try (InputStream in = Resources.class.getResourceAsStream("/site/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the resource site/" + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
