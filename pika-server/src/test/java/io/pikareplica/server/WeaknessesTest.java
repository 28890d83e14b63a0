package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That docs/weaknesses.md speaks of tests that exist, and that they say what they are for. */
class WeaknessesTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final int WEAKNESSES = 26;
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (\\d+) \\|.*$");
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*)\\.(\\w+)`");

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<MatchResult> rows() {
    return ROW.matcher(read(ROOT.resolve("docs/weaknesses.md"))).results().toList();
  }

  /** Sources by the name of the class; those of one name together. */
  private static Map<String, String> testClasses() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().matches(".*/src/test/java/.*(Test|IT)\\.java"))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString().replace(".java", ""),
                  WeaknessesTest::read,
                  String::concat));
    }
  }

  static List<Arguments> tests() throws IOException {
    Map<String, String> classes = testClasses();
    List<Arguments> all = new ArrayList<>();
    for (MatchResult row : rows()) {
      Matcher test = TEST.matcher(row.group());
      while (test.find()) {
        String source = classes.getOrDefault(test.group(1), "");
        all.add(Arguments.of("W-" + row.group(1), test.group(1), test.group(2), source));
      }
    }
    return all;
  }

  @Test
  void everyWeaknessHasARowWithATest() {
    assertThat(rows())
        .extracting(row -> Integer.parseInt(row.group(1)))
        .containsExactlyElementsOf(IntStream.rangeClosed(1, WEAKNESSES).boxed().toList());
    assertThat(rows()).allMatch(row -> TEST.matcher(row.group()).find());
  }

  @ParameterizedTest(name = "{0} {1}.{2}")
  @MethodSource("tests")
  void theTestExistsAndNamesTheWeakness(
      String weakness, String type, String method, String source) {
    int at = source.indexOf("void " + method + "(");
    assertThat(at).as("%s.%s", type, method).isNotNegative();
    String before = source.substring(source.lastIndexOf("\n\n", at), at);
    assertThat(before).as("%s.%s", type, method).containsPattern(weakness + "\\b");
  }
}
