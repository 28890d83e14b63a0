package io.pikareplica.binlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Items and their contents, whole and spoilt. */
class ItemCodecTest {
  /** {@code SET k v} at 3:1024, as in the golden vectors of the protocol. */
  static final byte[] GOLDEN =
      HexFormat.of()
          .parseHex(
              "01003c2b1a670000000005000000000000000300000000040000000000001b000000"
                  + "2a330d0a24330d0a5345540d0a24310d0a6b0d0a24310d0a760d0a");

  private static final byte[] CONTENT =
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n".getBytes(ISO_8859_1);

  @Test
  void decodesTheGoldenItem() throws Exception {
    BinlogItem item = BinlogItemCodec.decode(GOLDEN);

    assertThat(item.execTime()).isEqualTo(0x671a2b3cL);
    assertThat(item.term()).isZero();
    assertThat(item.logicId()).isEqualTo(5);
    assertThat(item.filenum()).isEqualTo(3);
    assertThat(item.offset()).isEqualTo(1024);
    assertThat(item.content()).isEqualTo(CONTENT);
    assertThat(BinlogItemCodec.encode(item)).isEqualTo(GOLDEN);
  }

  @Test
  void parsesTheWordsOfTheGoldenItem() throws Exception {
    assertThat(RespContent.parseItem(GOLDEN))
        .isDeepEqualTo(new byte[][] {ascii("SET"), ascii("k"), ascii("v")});
  }

  @Test
  void refusesAnItemCutAtAnyByte() {
    for (int length = 0; length < GOLDEN.length; length++) {
      byte[] cut = Arrays.copyOf(GOLDEN, length);
      assertThatExceptionOfType(MalformedItemException.class)
          .isThrownBy(() -> BinlogItemCodec.decode(cut));
    }
  }

  @Test
  void refusesAnItemWithAByteTooMany() {
    byte[] longer = Arrays.copyOf(GOLDEN, GOLDEN.length + 1);
    assertThatExceptionOfType(MalformedItemException.class)
        .isThrownBy(() -> BinlogItemCodec.decode(longer))
        .withMessage("at=30 expected=content of the 28 bytes that follow found=content length 27");
  }

  @Test
  void refusesAnItemOfAnotherType() {
    byte[] other = GOLDEN.clone();
    other[0] = 2;
    assertThatExceptionOfType(MalformedItemException.class)
        .isThrownBy(() -> BinlogItemCodec.decode(other))
        .withMessage("at=0 expected=item type 1 found=type 2");
  }

  @Test
  void everyFlippedBitIsRefusedOrShowsInTheResult() throws Exception {
    for (int bit = 0; bit < GOLDEN.length * 8; bit++) {
      byte[] flipped = GOLDEN.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      MalformedItemException refused =
          catchThrowableOfType(MalformedItemException.class, () -> RespContent.parseItem(flipped));
      if (refused == null) {
        assertThat(BinlogItemCodec.encode(BinlogItemCodec.decode(flipped))).isEqualTo(flipped);
      }
      boolean typeOrLength = bit / 8 < 2 || (bit / 8 >= 30 && bit / 8 < 34);
      if (typeOrLength) {
        assertThat(refused).as("bit %d", bit).isNotNull();
      }
    }
  }

  @Test
  void refusesContentCutAtAnyByte() {
    for (int length = 0; length < CONTENT.length; length++) {
      byte[] cut = Arrays.copyOf(CONTENT, length);
      assertThatExceptionOfType(MalformedItemException.class)
          .isThrownBy(() -> RespContent.parse(cut));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*0\r\n",
        "*-1\r\n",
        "*01\r\n$1\r\na\r\n",
        "*+1\r\n$1\r\na\r\n",
        "*1\r\n$01\r\na\r\n",
        "*1\r\n$-1\r\n",
        "*1\r\n$2\r\na\r\n",
        "*1\r\n$0\r\na\r\n",
        "*1\n$1\na\n",
        "*1\r\n:1\r\n",
        "*1\r\n$1\r\na\r\nx",
        "*2\r\n$1\r\na\r\n",
        "*4294967297\r\n$1\r\na\r\n",
        "*2147483647\r\n$1\r\na\r\n",
        "*1\r\n$2147483647\r\na\r\n",
        "*1\r\n$99999999999999999999\r\na\r\n",
        "PING\r\n",
        ""
      })
  void refusesContentThatNoMasterWrites(String content) {
    assertThatExceptionOfType(MalformedItemException.class)
        .isThrownBy(() -> RespContent.parse(ascii(content)));
  }

  @Test
  void saysWhereContentIsWrongAndHow() {
    assertThatExceptionOfType(MalformedItemException.class)
        .isThrownBy(() -> RespContent.parse(ascii("*1\r\n$2147483647\r\na\r\n")))
        .withMessage("at=17 expected=a word within the 3 bytes left found=a length of 2147483647");
  }

  @Property
  void anyWordsComeBack(@ForAll @NotEmpty List<@Size(max = 300) byte[]> argv) throws Exception {
    byte[] content = RespContent.encode(argv);
    assertThat(RespContent.parse(content)).isDeepEqualTo(argv.toArray(new byte[0][]));
  }

  @Property
  void anyHeaderComesBack(
      @ForAll int execTime,
      @ForAll int term,
      @ForAll long logicId,
      @ForAll int filenum,
      @ForAll long offset,
      @ForAll byte[] content)
      throws Exception {
    BinlogItem item = new BinlogItem(execTime, term, logicId, filenum, offset, content);
    assertThat(BinlogItemCodec.decode(BinlogItemCodec.encode(item)))
        .usingRecursiveComparison()
        .isEqualTo(item);
  }

  @Property
  void arbitraryBytesAreRefusedOrCanonical(@ForAll byte[] bytes) {
    try {
      assertThat(RespContent.encode(List.of(RespContent.parse(bytes)))).isEqualTo(bytes);
    } catch (MalformedItemException e) {
      assertThat(e.at()).isBetween(0, bytes.length);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }
}
