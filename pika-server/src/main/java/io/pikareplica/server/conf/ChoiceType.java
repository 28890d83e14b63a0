package io.pikareplica.server.conf;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One word of a few; capitals don't matter.
 *
 * @param synonyms other words, each for one of the choices
 */
record ChoiceType(List<String> choices, Map<String, String> synonyms) implements ValueType<String> {
  static ChoiceType choice(String... choices) {
    return new ChoiceType(List.of(choices), Map.of());
  }

  /** The same type, with another word for one of the choices. */
  ChoiceType withSynonym(String word, String choice) {
    Map<String, String> more = new HashMap<>(synonyms);
    more.put(word, choice);
    return new ChoiceType(choices, Map.copyOf(more));
  }

  @Override
  public String parse(String text) {
    String given = text.toLowerCase(Locale.ROOT);
    String word = synonyms.getOrDefault(given, given);
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
