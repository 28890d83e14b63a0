package io.pikareplica.server.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pikareplica.storage.Reply;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class RespEncoderTest {
  static Stream<Arguments> replies() {
    Reply nested =
        Reply.array(List.of(Reply.ONE, Reply.array(List.of(Reply.bulk("a"), Reply.NIL))));
    Reply map = new Reply.Map(List.of(Reply.bulk("k"), Reply.of(-7)));
    return Stream.of(
        Arguments.of(Reply.OK, "+OK|", "+OK|"),
        Arguments.of(Reply.error("ERR no"), "-ERR no|", "-ERR no|"),
        Arguments.of(Reply.of(Long.MIN_VALUE), ":-9223372036854775808|", ":-9223372036854775808|"),
        Arguments.of(Reply.of(10), ":10|", ":10|"),
        Arguments.of(Reply.bulk(""), "$0||", "$0||"),
        Arguments.of(Reply.bulk(new byte[] {'\r', '\n', 0, -1}), "$4||\0\u00ff|", "$4||\0\u00ff|"),
        Arguments.of(Reply.text(new byte[] {'a', ':', '1'}), "$3|a:1|", "=7|txt:a:1|"),
        Arguments.of(Reply.NIL, "$-1|", "_|"),
        Arguments.of(Reply.NIL_ARRAY, "*-1|", "_|"),
        Arguments.of(Reply.EMPTY_ARRAY, "*0|", "*0|"),
        Arguments.of(nested, "*2|:1|*2|$1|a|$-1|", "*2|:1|*2|$1|a|_|"),
        Arguments.of(map, "*2|$1|k|:-7|", "%1|$1|k|:-7|"),
        Arguments.of(new Reply.Map(List.of()), "*0|", "%0|"));
  }

  @ParameterizedTest
  @MethodSource("replies")
  void writesBothProtocols(Reply reply, String resp2, String resp3) {
    assertThat(encode(reply, 2)).isEqualTo(resp2.replace("|", "\r\n"));
    assertThat(encode(reply, 3)).isEqualTo(resp3.replace("|", "\r\n"));
  }

  @Test
  void writesAMessageAsAPushInResp3() {
    ByteBuf two = Unpooled.buffer();
    ByteBuf three = Unpooled.buffer();
    RespEncoder.encodePush(List.of(Reply.bulk("m"), Reply.ZERO), 2, two);
    RespEncoder.encodePush(List.of(Reply.bulk("m"), Reply.ZERO), 3, three);
    assertThat(two.toString(ISO_8859_1)).isEqualTo("*2\r\n$1\r\nm\r\n:0\r\n");
    assertThat(three.toString(ISO_8859_1)).isEqualTo(">2\r\n$1\r\nm\r\n:0\r\n");
  }

  @Test
  void keepsALineBreakInsideALineFromEndingIt() {
    assertThat(encode(Reply.error("ERR unknown 'a\r\n+OK'"), 2))
        .isEqualTo("-ERR unknown 'a  +OK'\r\n");
  }

  private static String encode(Reply reply, int protocol) {
    ByteBuf out = Unpooled.buffer();
    RespEncoder.encode(reply, protocol, out);
    return out.toString(ISO_8859_1);
  }
}
