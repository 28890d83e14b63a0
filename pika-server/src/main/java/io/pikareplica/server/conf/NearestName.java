package io.pikareplica.server.conf;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Guesses which setting somebody meant. */
final class NearestName {
  private static final int MOST_EDITS = 3;
  private static final int LONGEST_SHOWN = 64;

  private NearestName() {}

  /**
   * What to say about a name that is none.
   *
   * @param kind {@code setting} or {@code option}
   */
  static String unknown(String kind, String name) {
    String shown = name.length() > LONGEST_SHOWN ? name.substring(0, LONGEST_SHOWN) + "..." : name;
    return "unknown "
        + kind
        + " '"
        + shown
        + "'; "
        + nearest(shown)
            .map(near -> "did you mean '" + near + "'?")
            .orElse("'pika-replica run --help' lists all");
  }

  private static Optional<String> nearest(String name) {
    String wanted = name.toLowerCase(Locale.ROOT).replace('_', '-');
    int most = Math.min(MOST_EDITS, wanted.length() / 3 + 1);
    return Stream.concat(
            SettingsTable.all().stream()
                .flatMap(s -> Stream.concat(Stream.of(s.name()), s.aliases().stream())),
            PikaKeys.all().stream().map(PikaKeys.Key::name))
        .filter(candidate -> edits(wanted, candidate) <= most)
        .min(Comparator.comparingInt(candidate -> edits(wanted, candidate)));
  }

  /** Letters to add, drop or change (Levenshtein). */
  private static int edits(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
