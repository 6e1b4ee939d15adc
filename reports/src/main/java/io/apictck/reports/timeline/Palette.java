package io.apictck.reports.timeline;

import java.util.Locale;

/** Colours that remain distinct for colour-blind readers (after Okabe and Ito). */
final class Palette {
  /**
   * Classes of the shapes and texts. They have the class of the picture before them, for a page may
   * hold it.
   */
  static final String STYLE =
      """
      .tl{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
      .tl text{fill:#1b2733}
      .tl .w{fill:#fff}
      .tl .f{fill:#5b6b7b}
      .tl .t{fill:#5b6b7b;text-anchor:end}
      .tl .h{font-weight:bold;font-size:12px}
      .tl .a{fill:#f1f4f8;stroke:#b9c4d0}
      .tl .d{fill:#fdf3dc;stroke:#d9b65c}
      .tl .n{fill:#fff9c9;stroke:#e0d56a}
      .tl .r{fill:#c5ced8}
      .tl .u{fill:#a48be0}
      .tl .l{stroke:#b9c4d0;stroke-dasharray:1 4}
      .tl .g{stroke:#5b6b7b;stroke-dasharray:6 4}
      .tl .e{stroke:#d5dce4}
      .tl .external{fill:#0072b2}
      .tl .nmi{fill:#a3437d}
      .tl .software{fill:#2f7f9e}
      .tl .user{fill:#6a4fb0}
      .tl .smi,.tl .start{fill:#007a5a}
      .tl .trap{fill:#7a6a00}
      .tl .fault,.tl .reset{fill:#b84a00}
      """;

  /** White. */
  static final String WHITE = "w";

  /** Less important text. */
  static final String FAINT = "f";

  /** Times. */
  static final String TIME = "t";

  /** Headings of lanes. */
  static final String HEADING = "h";

  /** Boxes of actions, stimuli and notes. */
  static final String ACTION = "a";

  static final String STIMULUS = "d";
  static final String NOTE = "n";

  /** A processor that is not in a handler. */
  static final String RUNNING = "r";

  /** A processor in user mode. */
  static final String USER_MODE = "u";

  /** Lines: time that passes, something left out, the edge of a lane. */
  static final String PASSING = "l";

  static final String GAP = "g";
  static final String EDGE = "e";

  private Palette() {}

  /** The class of an event. */
  static String of(Row.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }
}
