package io.apictck.verdict;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Something that a target is known to do wrong.
 *
 * @param pattern id of a test or of a requirement; an asterisk stands for any characters
 * @param versions versions of the platform that it applies to
 * @param verdict what comes of the test
 * @param reason one sentence
 * @param link where it is reported; may be empty
 * @param source file and line it stands in
 */
public record KnownIssue(
    String pattern,
    VersionRange versions,
    Verdict verdict,
    String reason,
    String link,
    String source) {
  /** Whether it speaks of a test on this version of the platform. */
  public boolean appliesTo(String testId, List<String> requirements, String version) {
    return versions.contains(version)
        && (matches(testId) || requirements.stream().anyMatch(this::matches));
  }

  private boolean matches(String id) {
    String[] literals = pattern.split("\\*", -1);
    for (int i = 0; i < literals.length; i++) {
      literals[i] = Pattern.quote(literals[i]);
    }
    return Pattern.matches(String.join(".*", literals), id);
  }

  /** The reason, and the link if there is one. */
  public String explanation() {
    return link.isEmpty() ? reason : reason + " (" + link + ")";
  }
}
