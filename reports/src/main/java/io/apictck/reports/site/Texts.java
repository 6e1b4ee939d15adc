package io.apictck.reports.site;

import java.util.Locale;

/** Texts to search in. */
final class Texts {
  private Texts() {}

  /** In lower case, without markup. */
  static String plain(String markup) {
    return markup.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }
}
