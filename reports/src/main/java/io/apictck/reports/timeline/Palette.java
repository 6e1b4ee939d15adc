package io.apictck.reports.timeline;

/** Colours that remain distinct for colour-blind readers (after Okabe and Ito). */
final class Palette {
  static final String TEXT = "#1b2733";
  static final String FAINT = "#5b6b7b";
  static final String LINE = "#d5dce4";
  static final String BOX = "#f1f4f8";
  static final String BOX_LINE = "#b9c4d0";
  static final String RUNNING = "#c5ced8";

  private Palette() {}

  /** The colour of a kind of row. */
  static String of(Row.Kind kind) {
    return switch (kind) {
      case EXTERNAL -> "#0072b2";
      case NMI -> "#a3437d";
      case SOFTWARE -> "#2f7f9e";
      case SMI -> "#007a5a";
      case TRAP -> "#7a6a00";
      case FAULT, RESET -> "#b84a00";
      case START -> "#007a5a";
      case STIMULUS -> "#fdf3dc";
      case NOTE -> "#fff9c9";
      case ACTION, TIME, GAP, ENDED -> FAINT;
    };
  }
}
