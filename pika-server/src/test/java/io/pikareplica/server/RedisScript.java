package io.pikareplica.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is said to a Redis and to our server alike, and where they may differ. Read from a text:
 *
 * <pre>
 * == a name                  a new script; with (7.0) behind it for Redis 7.0 and later only
 * PING hello                 the client c says this and reads one reply
 * b> (x2) SUBSCRIBE a b      the client b says this and reads two
 * (mask=[0-9]+) TIME         what matches does not count
 * ~ :5                       we are allowed to answer this instead of what Redis does,
 * | because ...              for this reason
 * !raw "*1\r\n"              sends bytes and reads no reply
 * !read                      reads one reply
 * !close                     closes the connection
 * </pre>
 *
 * @param since7 whether older Redises do not know it
 */
record RedisScript(String name, boolean since7, List<Step> steps) {
  private static final Pattern LINE =
      Pattern.compile("(?:(\\w+)> )?(?:\\(x(\\d+)\\) )?(?:\\(mask=(.*?)\\) )?(.*)");

  /**
   * One line.
   *
   * @param words as they are sent, placeholders in braces
   * @param replies how many are read
   * @param mask what does not count in the replies; empty for none
   * @param ours what we answer instead of what Redis does
   */
  record Step(
      int line,
      String client,
      List<String> words,
      int replies,
      String mask,
      Optional<String> ours) {
    boolean is(String special) {
      return words.get(0).equals(special);
    }
  }

  /** All scripts of a resource. */
  static List<RedisScript> load(String resource) {
    try (InputStream in = RedisScript.class.getResourceAsStream(resource)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<RedisScript> parse(List<String> lines) {
    List<RedisScript> scripts = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith("== ")) {
        String name = line.substring(3);
        scripts.add(
            new RedisScript(
                name.replace(" (7.0)", ""), name.endsWith(" (7.0)"), new ArrayList<>()));
      } else if (line.startsWith("~ ")) {
        List<Step> steps = scripts.get(scripts.size() - 1).steps();
        Step last = steps.remove(steps.size() - 1);
        if (i + 1 == lines.size() || !lines.get(i + 1).startsWith("| ")) {
          throw new IllegalArgumentException("line " + (i + 1) + ": a difference and no reason");
        }
        steps.add(
            new Step(
                last.line(),
                last.client(),
                last.words(),
                last.replies(),
                last.mask(),
                Optional.of(line.substring(2))));
      } else if (!line.isBlank() && !line.startsWith("#") && !line.startsWith("| ")) {
        scripts.get(scripts.size() - 1).steps().add(step(i + 1, line));
      }
    }
    return scripts;
  }

  private static Step step(int number, String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IllegalArgumentException("line " + number + ": " + line);
    }
    List<String> words = words(parts.group(4));
    boolean isSilent = words.get(0).equals("!raw") || words.get(0).equals("!close");
    return new Step(
        number,
        parts.group(1) == null ? "c" : parts.group(1),
        words,
        parts.group(2) != null ? Integer.parseInt(parts.group(2)) : isSilent ? 0 : 1,
        parts.group(3) == null ? "" : parts.group(3),
        Optional.empty());
  }

  /** Words divided by blanks; in double quotes with \r, \n, \t, \0, \" and \\. */
  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher word = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"|(\\S+)").matcher(text);
    while (word.find()) {
      words.add(
          word.group(2) != null
              ? word.group(2)
              : word.group(1)
                  .replace("\\r", "\r")
                  .replace("\\n", "\n")
                  .replace("\\t", "\t")
                  .replace("\\0", "\0")
                  .replace("\\\"", "\"")
                  .replace("\\\\", "\\"));
    }
    return words;
  }

  @Override
  public String toString() {
    return name;
  }
}
