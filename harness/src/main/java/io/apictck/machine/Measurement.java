package io.apictck.machine;

/**
 * A number that a test found, for a table of the report.
 *
 * @param table name of the table, as in {@code VM exits}
 * @param row what was measured
 * @param column of what
 * @param value the number
 */
public record Measurement(String table, String row, String column, long value) {
  /** As in {@code MOV to CR8, TPR shadow: 0 VM exits}. */
  @Override
  public String toString() {
    return row + ": " + value + " " + column;
  }
}
