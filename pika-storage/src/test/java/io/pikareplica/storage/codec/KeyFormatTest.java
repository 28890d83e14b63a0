package io.pikareplica.storage.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

class KeyFormatTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String ZEROS_8 = "00".repeat(8);
  private static final String ZEROS_16 = "00".repeat(16);

  @Test
  void writesTheKeysThatPikaWrites() {
    assertThat(hex(KeyFormat.meta(bytes("foo")))).isEqualTo(ZEROS_8 + "666f6f" + "0000" + ZEROS_16);
    byte[] h2 = KeyFormat.dataPrefix(bytes("h2"), 0x1a2024f1a9aL);
    assertThat(hex(KeyFormat.field(h2, bytes("a"))))
        .isEqualTo(ZEROS_8 + "6832" + "0000" + "9a1a4f02a2010000" + "61" + ZEROS_16);
    assertThat(hex(KeyFormat.message(KeyFormat.dataPrefix(bytes("x"), 2), new StreamId(1, 0x0203))))
        .isEqualTo(
            ZEROS_8
                + "78"
                + "0000"
                + "0200000000000000"
                + "0000000000000001"
                + "0000000000000203"
                + ZEROS_16);
  }

  @Test
  void listAndScoreRowsBecomePikasByTurningNumbersAround() {
    byte[] pikaList =
        HEX.parseHex(ZEROS_8 + "6c" + "0000" + "401a4f02a2010000" + "ffffffffffffff7f" + ZEROS_16);
    byte[] prefix = KeyFormat.orderedPrefix(bytes("l"), 0x1a2024f1a40L);
    assertThat(KeyFormat.element(prefix, Long.MAX_VALUE))
        .isEqualTo(PikaOrder.orderedListKey(pikaList));
    assertThat(PikaOrder.pikaListKey(PikaOrder.orderedListKey(pikaList))).isEqualTo(pikaList);

    byte[] pikaScore =
        HEX.parseHex(
            ZEROS_8 + "7a" + "0000" + "25184f02a2010000" + "000000000000f03f" + "61" + ZEROS_16);
    assertThat(KeyFormat.score(KeyFormat.orderedPrefix(bytes("z"), 0x1a2024f1825L), 1, bytes("a")))
        .isEqualTo(PikaOrder.orderedScoreKey(pikaScore));
    assertThat(PikaOrder.pikaScoreKey(PikaOrder.orderedScoreKey(pikaScore))).isEqualTo(pikaScore);
    assertThat(hex(PikaOrder.memberKey(pikaScore)))
        .isEqualTo(ZEROS_8 + "7a" + "0000" + "25184f02a2010000" + "61" + ZEROS_16);
  }

  @Property
  void userKeysSurviveEscaping(@ForAll("keys") byte[] key) {
    assertThat(KeyFormat.userKeyOf(KeyFormat.meta(key))).isEqualTo(key);
    byte[] prefix = KeyFormat.dataPrefix(key, 7);
    assertThat(KeyFormat.userKeyOf(KeyFormat.field(prefix, new byte[] {0, 0, 1}))).isEqualTo(key);
    assertThat(KeyFormat.userKeyEnd(prefix)).isEqualTo(prefix.length - 8);
  }

  @Property
  void escapedKeysSortLikeTheKeys(@ForAll("keys") byte[] a, @ForAll("keys") byte[] b) {
    assertThat(sign(Arrays.compareUnsigned(KeyFormat.meta(a), KeyFormat.meta(b))))
        .isEqualTo(sign(Arrays.compareUnsigned(a, b)));
  }

  @Property
  void ourBytewiseOrderOfListsIsPikas(
      @ForAll("keys") byte[] keyA,
      @ForAll("keys") byte[] keyB,
      @ForAll("numbers") long versionA,
      @ForAll("numbers") long versionB,
      @ForAll("numbers") long indexA,
      @ForAll("numbers") long indexB) {
    byte[] a = KeyFormat.element(KeyFormat.orderedPrefix(keyA, versionA), indexA);
    byte[] b = KeyFormat.element(KeyFormat.orderedPrefix(keyB, versionB), indexB);

    assertThat(
            sign(
                PikaOrder.compareListKeys(
                    ByteBuffer.wrap(PikaOrder.pikaListKey(a)),
                    ByteBuffer.wrap(PikaOrder.pikaListKey(b)))))
        .isEqualTo(sign(Arrays.compareUnsigned(a, b)));
    assertThat(PikaOrder.orderedListKey(PikaOrder.pikaListKey(a))).isEqualTo(a);
    assertThat(KeyFormat.elementIndexOf(KeyFormat.orderedPrefix(keyA, versionA), a))
        .isEqualTo(indexA);
  }

  @Property
  void ourBytewiseOrderOfScoresIsPikas(
      @ForAll("keys") byte[] key,
      @ForAll("numbers") long versionA,
      @ForAll("numbers") long versionB,
      @ForAll("scores") double scoreA,
      @ForAll("scores") double scoreB,
      @ForAll("keys") byte[] memberA,
      @ForAll("keys") byte[] memberB) {
    byte[] a = KeyFormat.score(KeyFormat.orderedPrefix(key, versionA), scoreA, memberA);
    byte[] b = KeyFormat.score(KeyFormat.orderedPrefix(key, versionB), scoreB, memberB);

    assertThat(
            sign(
                PikaOrder.compareScoreKeys(
                    ByteBuffer.wrap(PikaOrder.pikaScoreKey(a)),
                    ByteBuffer.wrap(PikaOrder.pikaScoreKey(b)))))
        .isEqualTo(sign(Arrays.compareUnsigned(a, b)));
    assertThat(PikaOrder.orderedScoreKey(PikaOrder.pikaScoreKey(a))).isEqualTo(a);
    byte[] prefix = KeyFormat.orderedPrefix(key, versionA);
    assertThat(KeyFormat.scoreOf(prefix, a)).isEqualTo(scoreA + 0.0);
    assertThat(KeyFormat.scoreMemberOf(prefix, a)).isEqualTo(memberA);
  }

  @Property
  void comparingTakesKeysThatAreCutAnywhere(
      @ForAll("keys") byte[] key, @ForAll("scores") double score, @ForAll("keys") byte[] member) {
    byte[] whole =
        PikaOrder.pikaScoreKey(KeyFormat.score(KeyFormat.orderedPrefix(key, 5), score, member));
    for (int length = 0; length < whole.length; length++) {
      ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(whole, length));
      ByteBuffer all = ByteBuffer.wrap(whole);
      assertThat(PikaOrder.compareScoreKeys(cut, all))
          .isEqualTo(-PikaOrder.compareScoreKeys(all, cut));
      assertThat(PikaOrder.compareScoreKeys(cut, cut.duplicate())).isZero();
      assertThat(PikaOrder.compareListKeys(cut, cut.duplicate())).isZero();
      assertThat(PikaOrder.compareListKeys(cut, all))
          .isEqualTo(-PikaOrder.compareListKeys(all, cut));
    }
  }

  @Test
  void bothZerosAreOneScore() {
    byte[] prefix = KeyFormat.orderedPrefix(bytes("z"), 1);
    byte[] zero = KeyFormat.score(prefix, 0.0, bytes("m"));
    assertThat(KeyFormat.score(prefix, -0.0, bytes("m"))).isEqualTo(zero);
    byte[] negative = PikaOrder.withNegativeZero(PikaOrder.pikaScoreKey(zero));
    assertThat(Double.doubleToRawLongBits(PikaOrder.scoreOf(negative))).isEqualTo(Long.MIN_VALUE);
    assertThat(PikaOrder.orderedScoreKey(negative)).isEqualTo(zero);
  }

  @Test
  void aScoreThatIsNotANumberHasNoKey() {
    byte[] prefix = KeyFormat.orderedPrefix(bytes("z"), 1);
    assertThatThrownBy(() -> KeyFormat.score(prefix, Double.NaN, bytes("m")))
        .isInstanceOf(IllegalArgumentException.class);
    byte[] key = PikaOrder.pikaScoreKey(KeyFormat.score(prefix, 1, bytes("m")));
    ByteBuffer.wrap(key)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putDouble(KeyFormat.userKeyEnd(key) + 8, Double.NaN);
    assertThatThrownBy(() -> PikaOrder.orderedScoreKey(key))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theKeyBehindAPrefixIsTheNextOneThatDoesNotStartWithIt() {
    assertThat(KeyFormat.after(new byte[] {1, 2})).containsExactly(1, 3);
    assertThat(KeyFormat.after(new byte[] {1, (byte) 0xFF, (byte) 0xFF})).containsExactly(2);
    assertThatThrownBy(() -> KeyFormat.after(new byte[] {(byte) 0xFF}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Provide
  Arbitrary<byte[]> keys() {
    // many zeros, so that escapes and delimiters meet
    return Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.bytes().between((byte) 0, (byte) 2)),
            Tuple.of(1, Arbitraries.bytes()))
        .array(byte[].class)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<Long> numbers() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.longs()),
        Tuple.of(1, Arbitraries.longs().between(0, 300)),
        Tuple.of(1, Arbitraries.longs().between(Long.MAX_VALUE - 2, Long.MAX_VALUE)));
  }

  @Provide
  Arbitrary<Double> scores() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.longs().map(Double::longBitsToDouble)),
            Tuple.of(3, Arbitraries.integers().between(-3, 3).map(i -> (double) i)),
            Tuple.of(
                1,
                Arbitraries.of(
                    -0.0,
                    Double.NEGATIVE_INFINITY,
                    Double.POSITIVE_INFINITY,
                    Double.MIN_VALUE,
                    -Double.MIN_VALUE,
                    Double.MAX_VALUE)))
        .filter(score -> !Double.isNaN(score));
  }

  private static int sign(int order) {
    return Integer.signum(order);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static String hex(byte[] bytes) {
    return HEX.formatHex(bytes);
  }
}
