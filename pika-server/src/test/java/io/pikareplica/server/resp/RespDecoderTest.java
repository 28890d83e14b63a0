package io.pikareplica.server.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RespDecoderTest {
  private static final RespLimits SMALL = new RespLimits(1000, 2000, 8, 100);
  private static final String SAMPLE =
      wire("*3|$3|SET|$0||$5|a|bc|PING|*0||*1|$4|INFO|ECHO \"x \\x00\\n\" 'y\\'z'|")
          + "PING\n"
          + wire("*-1|*2|$3|GET|$1|\u00ff|");
  private static final List<List<String>> SAMPLE_WORDS =
      List.of(
          List.of("SET", "", "a\r\nbc"),
          List.of("PING"),
          List.of("INFO"),
          List.of("ECHO", "x \0\n", "y'z"),
          List.of("PING"),
          List.of("GET", "\u00ff"));

  @Test
  void readsArraysAndLinesGivenAsAWhole() throws RespProtocolException {
    assertThat(decode(SAMPLE, SAMPLE.length())).isEqualTo(SAMPLE_WORDS);
  }

  @Test
  void readsTheSameInPiecesOfAnySize() throws RespProtocolException {
    for (int piece = 1; piece < SAMPLE.length(); piece++) {
      assertThat(decode(SAMPLE, piece)).as("pieces of %d", piece).isEqualTo(SAMPLE_WORDS);
    }
  }

  @Test
  void givesNoRequestForAnyTruncationOfOne() throws RespProtocolException {
    String request = "*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n";
    for (int length = 0; length < request.length(); length++) {
      assertThat(decode(request.substring(0, length), length + 1)).isEmpty();
    }
  }

  @Test
  void survivesEveryFlippedBit() {
    for (int bit = 0; bit < SAMPLE.length() * 8; bit++) {
      byte[] bytes = SAMPLE.getBytes(ISO_8859_1);
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      try {
        decode(new String(bytes, ISO_8859_1), 7);
      } catch (RespProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void survivesNoise() {
    Random random = new Random(42);
    for (int round = 0; round < 2000; round++) {
      byte[] noise = new byte[random.nextInt(200)];
      for (int i = 0; i < noise.length; i++) {
        noise[i] = (byte) "*$0123456789\r\n\"' \\xa-".charAt(random.nextInt(21));
      }
      try {
        decode(new String(noise, ISO_8859_1), 1 + random.nextInt(20));
      } catch (RespProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Property(tries = 300)
  void givesBackAnyWordsHoweverTheyAreCut(
      @ForAll @Size(min = 1, max = 8) List<@Size(max = 200) byte[]> words, @ForAll Random random)
      throws RespProtocolException {
    ByteBuf wire = Unpooled.buffer();
    wire.writeCharSequence("*" + words.size() + "\r\n", ISO_8859_1);
    for (byte[] word : words) {
      wire.writeCharSequence("$" + word.length + "\r\n", ISO_8859_1);
      wire.writeBytes(word);
      wire.writeCharSequence("\r\n", ISO_8859_1);
    }
    RespDecoder decoder = new RespDecoder(SMALL);
    Optional<Args> found = Optional.empty();
    while (found.isEmpty()) {
      assertThat(wire.isReadable()).isTrue();
      found = decoder.next(wire.readSlice(Math.min(wire.readableBytes(), 1 + random.nextInt(9))));
    }
    assertThat(wire.isReadable()).isFalse();
    assertThat(found.get().from(0)).usingRecursiveComparison().isEqualTo(words);
    assertThat(decoder.heldBytes()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "*x|, invalid multibulk length",
        "*|, invalid multibulk length",
        "*9|, invalid multibulk length",
        "*99999999999999999999|, invalid multibulk length",
        "*1|+3|, `expected '$', got '+'`",
        "*1|$x|, invalid bulk length",
        "*1|$-1|, invalid bulk length",
        "*1|$1001|, invalid bulk length",
        "*3|$1000|%|$1000|%|$1|, too big request",
        "*1|$2|abc, `expected CRLF after a bulk, got 'c'`",
        "GET \"a|, unbalanced quotes in request",
        "GET 'a'b|, unbalanced quotes in request",
      })
  void saysWhatIsWrong(String wire, String message) {
    String bytes = wire(wire).replace("%", "x".repeat(1000));
    assertThatThrownBy(() -> decode(bytes, 3))
        .isInstanceOf(RespProtocolException.class)
        .hasMessage(message);
  }

  @Test
  void refusesALineThatIsTooLongBeforeItsEndArrives() {
    assertThatThrownBy(() -> decode("x".repeat(101), 10)).hasMessage("too big inline request");
    assertThatThrownBy(() -> decode("*" + "1".repeat(65), 10))
        .hasMessage("too big mbulk count string");
    assertThatThrownBy(() -> decode("*1\r\n$" + "1".repeat(65), 10))
        .hasMessage("too big bulk count string");
  }

  @Test
  void namesTheLimitOfClientsWithoutAPassword() {
    RespDecoder decoder = new RespDecoder(RespLimits.UNAUTHENTICATED);
    decoder.limits(RespLimits.UNAUTHENTICATED, "unauthenticated");
    assertThatThrownBy(() -> decoder.next(bytes("*11\r\n")))
        .hasMessage("unauthenticated multibulk length");
    RespDecoder another = new RespDecoder(RespLimits.UNAUTHENTICATED);
    another.limits(RespLimits.UNAUTHENTICATED, "unauthenticated");
    assertThatThrownBy(() -> another.next(bytes("*2\r\n$20000\r\n")))
        .hasMessage("unauthenticated bulk length");
  }

  @Test
  void takesAMaximumOfWordsAndOfBytes() throws RespProtocolException {
    StringBuilder wire = new StringBuilder("*8\r\n");
    for (int i = 0; i < 8; i++) {
      wire.append("$250\r\n").append("y".repeat(250)).append("\r\n");
    }
    assertThat(decode(wire.toString(), 64)).hasSize(1);
  }

  @Test
  void holdsNoMoreThanWhatArrived() throws RespProtocolException {
    RespDecoder decoder = new RespDecoder(RespLimits.DEFAULT);
    List<RespDecoder> many = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      RespDecoder one = new RespDecoder(RespLimits.DEFAULT);
      assertThat(one.next(bytes("*1000000\r\n$536870912\r\nx"))).isEmpty();
      many.add(one);
    }
    assertThat(many).allSatisfy(one -> assertThat(one.heldBytes()).isLessThan(5_000));
    assertThat(decoder.heldBytes()).isZero();
  }

  private static List<List<String>> decode(String wire, int piece) throws RespProtocolException {
    RespDecoder decoder = new RespDecoder(SMALL);
    List<List<String>> found = new ArrayList<>();
    for (int at = 0; at < wire.length(); at += piece) {
      ByteBuf in = bytes(wire.substring(at, Math.min(wire.length(), at + piece)));
      for (Optional<Args> next = decoder.next(in); next.isPresent(); next = decoder.next(in)) {
        found.add(next.get().from(0).stream().map(w -> new String(w, ISO_8859_1)).toList());
      }
      assertThat(in.isReadable()).isFalse();
    }
    return found;
  }

  /** Each bar is a line end. */
  private static String wire(String text) {
    return text.replace("|", "\r\n");
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1));
  }
}
