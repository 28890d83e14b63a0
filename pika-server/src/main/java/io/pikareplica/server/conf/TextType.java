package io.pikareplica.server.conf;

/**
 * Any text on one line.
 *
 * @param keepsTrailingBlanks for passwords, whose blanks at the end count in Pika
 */
record TextType(String placeholder, boolean keepsTrailingBlanks) implements ValueType<String> {
  static TextType text(String placeholder) {
    return new TextType(placeholder, false);
  }

  static TextType password() {
    return new TextType("PASSWORD", true);
  }

  @Override
  public String parse(String text) {
    if (text.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0)) {
      // a line break would become a second setting at the next CONFIG REWRITE
      throw new BadValueException(
          "a line break or a zero byte in it: must be " + words(),
          "argument must not contain line breaks");
    }
    return text;
  }

  @Override
  public String words() {
    return "text on one line";
  }
}
