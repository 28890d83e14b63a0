package io.pikareplica.repl;

/** Texts that may hold anything, made fit for one line of a log, a file or INFO. */
final class OneLine {
  private OneLine() {}

  /** Control characters and ends of lines become spaces; what is too long is cut. */
  static String of(String text, int maxChars) {
    return text.substring(0, Math.min(text.length(), maxChars))
        .replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", " ");
  }
}
