package io.pikareplica.info;

/**
 * Collects INFO text: sections with a header, lines of name and value, CRLF ends. Not threadsafe.
 */
final class InfoWriter {
  private static final String END = "\r\n";

  private final StringBuilder text = new StringBuilder(2048);

  /** Starts a section; an empty line keeps it apart from the one before. */
  void section(String name) {
    if (!text.isEmpty()) {
      text.append(END);
    }
    text.append("# ").append(name).append(END);
  }

  void line(String name, String value) {
    text.append(name).append(':').append(value).append(END);
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
