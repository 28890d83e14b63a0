package io.pikareplica.server.conf;

import java.util.List;
import java.util.Locale;

/** One word of a few; capitals don't matter. */
record ChoiceType(List<String> choices) implements ValueType<String> {
  static ChoiceType choice(String... choices) {
    return new ChoiceType(List.of(choices));
  }

  @Override
  public String parse(String text) {
    String word = text.toLowerCase(Locale.ROOT);
    if (!choices.contains(word)) {
      throw new BadValueException(
          "'" + text + "' must be " + words(),
          "argument(s) must be one of the following: " + String.join(", ", choices));
    }
    return word;
  }

  @Override
  public String words() {
    int last = choices.size() - 1;
    return last == 0
        ? choices.get(0)
        : String.join(", ", choices.subList(0, last)) + " or " + choices.get(last);
  }

  @Override
  public String placeholder() {
    return String.join("|", choices);
  }
}
