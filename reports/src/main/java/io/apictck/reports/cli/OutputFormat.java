package io.apictck.reports.cli;

/** How a command writes. */
enum OutputFormat {
  /** For people. */
  TEXT,
  /** For programs. */
  JSON
}
