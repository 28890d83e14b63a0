package io.pikareplica.repl.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a master's client port answers, on a real socket. */
class MasterProbeIT {
  private static final String GOOD = "*2\r\n$16\r\nbinlog-file-size\r\n$9\r\n104857600\r\n";

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private ServerSocket server;

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  /** Answers the first connection once, then stays silent; what was asked. */
  private CompletableFuture<String> answer(String text) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            Socket socket = server.accept();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[1024];
            int count = Math.max(0, in.read(buffer));
            socket.getOutputStream().write(text.getBytes(US_ASCII));
            return new String(buffer, 0, count, US_ASCII);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private OptionalLong probe(String password) throws Exception {
    return MasterProbe.binlogFileSizeBytes(
            loops.next(), "127.0.0.1", server.getLocalPort(), password)
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void learnsTheFileSize() throws Exception {
    CompletableFuture<String> asked = answer(GOOD);
    assertThat(probe("")).hasValue(104_857_600);
    assertThat(asked.get(10, TimeUnit.SECONDS))
        .isEqualTo("*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$16\r\nbinlog-file-size\r\n");
  }

  @Test
  void givesThePasswordFirst() throws Exception {
    CompletableFuture<String> asked = answer("+OK\r\n" + GOOD);
    assertThat(probe("secret")).hasValue(104_857_600);
    assertThat(asked.get(10, TimeUnit.SECONDS)).startsWith("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-NOAUTH Authentication required.\r\n",
        "*0\r\n",
        "*2\r\n$16\r\nbinlog-file-size\r\n$4\r\nmany\r\n",
        "*2\r\n$16\r\nbinlog-file-size\r\n$4\r\n1023\r\n",
        "*2\r\n$16\r\nbinlog-file-size\r\n$18\r\n999999999999999999\r\n",
        "",
        "HTTP/1.1 400 Bad Request\r\n\r\n"
      })
  void knowsNothingAfterAnyOtherAnswer(String text) throws Exception {
    answer(text).exceptionally(e -> "");
    assertThat(probe("")).isEmpty();
  }

  @Test
  void knowsNothingWhenNobodyListens() throws Exception {
    server.close();
    assertThat(probe("")).isEmpty();
  }
}
