package io.pikareplica.server.conf;

/** Text that may hold anything, made fit for one line of a terminal or a log. */
final class OneLine {
  private static final int HEAD_CHARS = 250;
  private static final int TAIL_CHARS = 150;

  private OneLine() {}

  /** Control characters become question marks; of a long text the middle is left out. */
  static String of(String text) {
    String shown =
        text.length() <= HEAD_CHARS + TAIL_CHARS
            ? text
            : text.substring(0, HEAD_CHARS) + "..." + text.substring(text.length() - TAIL_CHARS);
    return shown.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
  }
}
