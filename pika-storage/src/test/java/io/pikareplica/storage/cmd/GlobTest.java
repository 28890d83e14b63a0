package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {
  @ParameterizedTest
  @CsvSource({
    "*, '', true",
    "*, abc, true",
    "'', '', true",
    "'', a, false",
    "a, '', false",
    "a*c, abbbc, true",
    "a*c, ac, true",
    "a*c, acb, false",
    "a**, a, true",
    "*a*b*, xxaxxbxx, true",
    "*a*b, xxbxxa, false",
    "h?llo, hello, true",
    "h?llo, hllo, false",
    "?, '', false",
    "h[ae]llo, hallo, true",
    "h[ae]llo, hillo, false",
    "h[^e]llo, hallo, true",
    "h[^e]llo, hello, false",
    "h[a-c]llo, hbllo, true",
    "h[c-a]llo, hbllo, true",
    "h[a-c]llo, hdllo, false",
    "[a-, '-', true",
    "[ab, b, true",
    "[, a, false",
    "[], a, false",
    "[\\]], ], true",
    "[a\\-c], '-', true",
    "[a\\-c], b, false",
    "a\\*b, a*b, true",
    "a\\*b, axb, false",
    "a\\, a\\, true",
    "user:*:name, user:1000:name, true",
    "user:*:name, user:1000:names, false",
  })
  void readsPatternsAsRedisDoes(String pattern, String text, boolean matches) {
    assertThat(glob(pattern).matches(text.getBytes(ISO_8859_1))).isEqualTo(matches);
  }

  @Test
  void takesEveryByteForAQuestionMark() {
    for (int b = 0; b < 256; b++) {
      assertThat(glob("?").matches(new byte[] {(byte) b})).isTrue();
      assertThat(glob("[\u0080-\u00ff]").matches(new byte[] {(byte) b})).isEqualTo(b >= 0x80);
    }
  }

  @Test
  void doesNotRunAwayOnManyStars() {
    Assertions.assertTimeout(
        Duration.ofSeconds(5),
        () ->
            assertThat(glob("*a".repeat(50) + "b").matches("a".repeat(5000).getBytes(ISO_8859_1)))
                .isFalse());
  }

  private static Glob glob(String pattern) {
    return new Glob(pattern.getBytes(ISO_8859_1));
  }
}
