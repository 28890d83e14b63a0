package io.pikareplica.info;

/**
 * Collects INFO text: sections with a header, lines of name and value, CRLF ends. Not threadsafe.
 */
final class InfoWriter {
  private static final String END = "\r\n";
  private static final int MAX_WORDS = 512;

  private final StringBuilder text = new StringBuilder(2048);

  /** Starts a section; an empty line keeps it apart from the one before. */
  void section(String name) {
    if (!text.isEmpty()) {
      text.append(END);
    }
    text.append("# ").append(name).append(END);
  }

  /** A value that holds a line break, such as another node's words, stays one line. */
  void line(String name, String value) {
    text.append(name).append(':');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      text.append(c < ' ' ? ' ' : c);
    }
    text.append(END);
  }

  /**
   * What is meant for people. Some readers take a value with commas and equal signs apart and fall
   * over what is not {@code a=1,b=2}, so it has no equal signs; others take every {@code #} for the
   * next section.
   */
  void words(String name, String value) {
    String text = value.length() > MAX_WORDS ? value.substring(0, MAX_WORDS) + "..." : value;
    line(name, text.replace('=', ':').replace('#', ' '));
  }

  /** A line of Pika's that is no name and value. */
  void raw(String line) {
    text.append(line).append(END);
  }

  void line(String name, long value) {
    text.append(name).append(':').append(value).append(END);
  }

  /** A flag the way Redis prints one: 1 or 0. */
  void flag(String name, boolean value) {
    line(name, value ? 1 : 0);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
