package io.pikareplica.storage.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vectors are what glibc's printf and strtod make of the same bits. */
class ScoreTextTest {
  @ParameterizedTest
  @CsvSource({
    "7ff8000000000000, nan",
    "7ff0000000000000, inf",
    "fff0000000000000, -inf",
    "0000000000000000, 0",
    "8000000000000000, -0",
    "3ff0000000000000, 1",
    "c008000000000000, -3",
    "3fb999999999999a, 0.10000000000000001",
    "4415af1d78b58c40, 1e+20",
    "3e8421f5f40d8376, 1.4999999999999999e-07",
    "432fffffffffffff, 4503599627370495.5",
    "432ffffffffffffe, 4503599627370495",
    "4330000000000000, 4503599627370496",
    "c32ffffffffffffe, -4503599627370495",
    "4340000000000001, 9007199254740994",
    "4376345785d8a000, 1e+17",
    "437634578543e400, 99999999844040704",
    "434c6bf526340000, 16000000000000000",
    "7fefffffffffffff, 1.7976931348623157e+308",
    "ffefffffffffffff, -1.7976931348623157e+308",
    "0000000000000001, 4.9406564584124654e-324",
    "0010000000000000, 2.2250738585072014e-308",
    "3f1a36e2eb1c432d, 0.0001",
    "3ee4f8b588e368f1, 1.0000000000000001e-05",
    "400921fb54442d18, 3.1415926535897931",
    "4026000000000000, 11",
    "4027ae147ae147ae, 11.84",
    "3fd5555555555555, 0.33333333333333331",
    "c05edd2f1a9fbe77, -123.456",
    "547d42aea2879f2e, 9.9999999999999997e+98",
    "2b2bff2ee48e0530, 1e-100",
    "3c9cd2b297d889bc, 9.9999999999999998e-17"
  })
  void printsWhatTheOriginalPrints(String bits, String text) {
    double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));

    assertThat(ScoreText.print(value)).isEqualTo(text);
    assertThat(ScoreText.bytes(value)).isEqualTo(text.getBytes(ISO_8859_1));
  }

  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "'',0000000000000000",
        "0,0000000000000000",
        "-0,8000000000000000",
        "1,3ff0000000000000",
        "+1.5,3ff8000000000000",
        "  \t2,4000000000000000",
        "5.,4014000000000000",
        ".5,3fe0000000000000",
        "1e3,408f400000000000",
        "1E-3,3f50624dd2f1a9fc",
        "1e400,7ff0000000000000",
        "-1e400,fff0000000000000",
        "1e-400,0000000000000000",
        "1e99999999999999999999,7ff0000000000000",
        "0x10,4030000000000000",
        "0x1.8,3ff8000000000000",
        "-0x1.8p1,c008000000000000",
        "0X.8P+1,3ff0000000000000",
        "inf,7ff0000000000000",
        "+INF,7ff0000000000000",
        "-Infinity,fff0000000000000",
        "nan,7ff8000000000000",
        "NaN(0x1),7ff8000000000000"
      })
  void readsWhatTheOriginalReads(String text, String bits) {
    OptionalDouble value = ScoreText.parse(text.getBytes(ISO_8859_1));

    assertThat(value).isPresent();
    assertThat(Double.doubleToLongBits(value.getAsDouble()))
        .isEqualTo(Long.parseUnsignedLong(bits, 16));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ", "a", "1 ", "1x", "1e", "1e+", "0x", "0xg", "0x.", ".", "+", "-", "--1", "1d", "1f",
        "1.5.5", "in", "infi", "nan(", "nan(-)", "1\0", "\0", "1,5", "(1", "+-1", "e5"
      })
  void refusesWhatTheOriginalRefuses(String text) {
    assertThat(ScoreText.parse(text.getBytes(ISO_8859_1))).isEmpty();
  }

  @Property
  void readsBackWhatItPrints(@ForAll long bits) {
    double value = Double.longBitsToDouble(bits);

    OptionalDouble again = ScoreText.parse(ScoreText.bytes(value));

    assertThat(again).hasValue(value);
  }
}
