package io.pikareplica.server.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.storage.Args;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What anybody who reaches the client port may send. */
final class HostileRespTest {
  private static final RespLimits SMALL = new RespLimits(1000, 2000, 8, 100);

  /** A line of one letter becomes a request with lists and arrays of some hundred bytes. */
  private static final int BYTES_PER_BYTE = 300;

  @Test
  void bytesAreRequestsOrAProtocolError() {
    HostileBytes.Report report =
        requests("requests", SMALL, "")
            .sample(
                "*3\r\n$3\r\nSET\r\n$0\r\n\r\n$5\r\na\r\nbc\r\nPING\r\n*0\r\n*1\r\n$4\r\nINFO\r\n")
            .sample(
                "ECHO \"x \\x00\\n\" 'y\\'z'\r\nPING\n*-1\r\n*2\r\n$3\r\nGET\r\n$1\r\n\u00ff\r\n")
            .run();
    assertThat(report.fuzzed()).isPositive();
  }

  @Test
  void lengthsThatAreOnlyAnnouncedCostNothing() {
    requests("announced requests", RespLimits.DEFAULT, "")
        .sample("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n")
        .bad("*1048576\r\n", "*1048576\r\n$536870912\r\nx", "*1\r\n$536870912\r\n")
        .bad("*2147483647\r\n", "*1\r\n$536870913\r\n", "*1\r\n*1\r\n*1\r\n$4\r\nPING\r\n")
        .bad("*1\r\n$-1\r\n", "*-2147483648\r\n", "*1000000\r\n" + "$1\r\nx\r\n".repeat(2000))
        .bad("\"" + "\\x41".repeat(10_000), " ".repeat(65_537), "'".repeat(60_000) + "\r\n")
        .run();
  }

  @Test
  void beforeThePasswordLessIsTaken() {
    requests("unauthenticated requests", RespLimits.UNAUTHENTICATED, "unauthenticated")
        .sample("*2\r\n$4\r\nAUTH\r\n$2\r\nhi\r\n")
        .bad("*11\r\n", "*10\r\n$16385\r\n", "*2\r\n$4\r\nAUTH\r\n$16384\r\n" + "x".repeat(16_384))
        .bad("x".repeat(16_385))
        .run();
  }

  private static HostileBytes requests(String name, RespLimits limits, String limitName) {
    return HostileBytes.against(
            name, (bytes, piece, found) -> read(limits, limitName, bytes, piece, found))
        .asStream()
        .refusedBy(RespProtocolException.class)
        .allocating(32 * 1024, BYTES_PER_BYTE)
        .watching(RespDecoder.class, InlineWords.class)
        .words("*1\r\n", "$1\r\n", "\r\n", "*", "$", "\"", "'", "\\x4", "\\", "*2147483647\r\n");
  }

  private static void read(
      RespLimits limits, String limitName, byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws RespProtocolException {
    RespDecoder decoder = new RespDecoder(limits);
    decoder.limits(limits, limitName);
    for (int at = 0; at < bytes.length; at += pieceBytes) {
      ByteBuf in = Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at));
      for (Optional<Args> next = decoder.next(in); next.isPresent(); next = decoder.next(in)) {
        List<ByteBuffer> words = next.get().from(0).stream().map(ByteBuffer::wrap).toList();
        assertThat(words).hasSizeBetween(1, Math.max(limits.words(), limits.inlineBytes()));
        found.accept(words);
      }
      assertThat(in.isReadable()).isFalse();
      assertThat(decoder.heldBytes()).isLessThanOrEqualTo(limits.requestBytes() + 512);
    }
  }
}
