package io.pikareplica.server;

import static io.pikareplica.server.RawClient.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client port over real sockets. */
final class RespServerIT {
  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    server = new TestServer(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void answersArrayAndInlineRequests() throws IOException {
    try (RawClient client = server.connect()) {
      assertThat(client.ask("PING")).isEqualTo("+PONG");
      assertThat(client.ask("ping", "hi")).isEqualTo("$2 hi");
      assertThat(client.send("PING\r\n").reply()).isEqualTo("+PONG");
      assertThat(client.send("\r\n  ECHO \"a b\\x41\"\n").reply()).isEqualTo("$4 a bA");
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws IOException {
    try (RawClient client = server.connect()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 1000; i++) {
        all.append(request("RPUSH", "k" + i, "v" + i));
        all.append(request("LRANGE", "k" + i, "0", "-1")).append("ECHO ").append(i).append("\r\n");
      }
      client.send(all.toString());
      for (int i = 0; i < 1000; i++) {
        assertThat(client.reply()).isEqualTo(":1");
        assertThat(client.reply()).endsWith(" v" + i);
        assertThat(client.reply()).endsWith(" " + i);
      }
    }
  }
}
