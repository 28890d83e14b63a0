package io.pikareplica.server.conf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The lines of a file in Pika's syntax, {@code name : value} and {@code #} (src/pstd/src/
 * base_conf.cc, LoadConf). Keeps every byte of what it does not change: lines are held as Latin-1,
 * names and values are UTF-8. Immutable.
 */
final class ConfFile {
  /** What stands in a value for bytes that are no UTF-8. */
  static final char NO_CHARACTER = '\uFFFD';

  /** The comment above what {@link #rewrite} had to add. */
  static final String ADDED = "# Added by CONFIG REWRITE";

  /**
   * One line.
   *
   * @param number from 1
   * @param raw as it stands in the file, without the line feed
   * @param name empty for a comment, an empty line, or one that is neither
   * @param value without blanks in front, those behind kept
   */
  record Line(int number, String raw, String name, String value) {
    boolean isSetting() {
      return !name.isEmpty();
    }

    /** Neither a setting nor a comment nor empty. */
    boolean isStray() {
      return name.isEmpty() && !raw.isBlank() && !raw.stripLeading().startsWith("#");
    }
  }

  private final List<Line> lines;

  private ConfFile(List<Line> lines) {
    this.lines = List.copyOf(lines);
  }

  static ConfFile parse(byte[] bytes) {
    List<Line> lines = new ArrayList<>();
    String text = new String(bytes, ISO_8859_1);
    int number = 0;
    for (String raw : text.split("\n", -1)) {
      lines.add(line(++number, raw));
    }
    if (lines.get(lines.size() - 1).raw().isEmpty()) {
      lines.remove(lines.size() - 1); // what follows the last line's end
    }
    return new ConfFile(lines);
  }

  private static Line line(int number, String raw) {
    int colon = raw.indexOf(':');
    if (colon < 0 || raw.stripLeading().startsWith("#")) {
      return new Line(number, raw, "", "");
    }
    int end = raw.endsWith("\r") ? raw.length() - 1 : raw.length();
    String value = utf8(raw.substring(colon + 1, end));
    return new Line(number, raw, utf8(raw.substring(0, colon)).strip(), value.stripLeading());
  }

  private static String utf8(String latin1) {
    return new String(latin1.getBytes(ISO_8859_1), UTF_8);
  }

  List<Line> lines() {
    return lines;
  }

  /**
   * The same file with other values: the line that counts, the first of its name, is changed in
   * place; what is not there yet is added at the end.
   *
   * @param values by the setting's own name
   * @param ownName from a name or alias in the file to the setting's own name
   */
  byte[] rewrite(Map<String, String> values, Function<String, String> ownName) {
    StringBuilder out = new StringBuilder();
    Set<String> missing = new TreeSet<>(values.keySet());
    for (Line line : lines) {
      String name = line.isSetting() ? ownName.apply(line.name()) : "";
      if (missing.remove(name)) {
        append(out, line.name(), values.get(name));
      } else {
        out.append(line.raw()).append('\n');
      }
    }
    if (!missing.isEmpty() && lines.stream().noneMatch(line -> line.raw().equals(ADDED))) {
      out.append('\n').append(ADDED).append('\n');
    }
    for (String name : missing) {
      append(out, name, values.get(name));
    }
    return out.toString().getBytes(ISO_8859_1);
  }

  private static void append(StringBuilder out, String name, String value) {
    if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("a line break in the value of " + name);
    }
    String line = name + " : " + value;
    out.append(new String(line.getBytes(UTF_8), ISO_8859_1)).append('\n');
  }
}
