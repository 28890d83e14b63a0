package io.pikareplica.server.conf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.hostile.HostileBytes;
import io.pikareplica.binlog.hostile.HostileFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A settings file that is none, or that an editor, a disk or a person has spoilt. */
class HostileConfTest {
  private static final String SAMPLE =
      """
      # ours
      port : 9221
      requirepass : a b\s
      slaveof : 127.0.0.1:9222
      binlog-file-size : 64M
      fsync: always
      compression : none
      thread-num : 4
      """;

  @TempDir Path temp;

  @Test
  void aFileIsSettingsOrAListOfWhatIsWrongWithIt() throws IOException {
    byte[] shipped = ConfTexts.resource("pika-4.0.1.conf").getBytes(UTF_8);
    HostileBytes.Report report =
        HostileBytes.against("pika.conf", this::load)
            .refusedBy(ConfException.class)
            .allocating(4 << 20, 500)
            .watching(ConfFile.class, ConfLoader.class, ConfChecks.class)
            .watching(NumberType.class, AddressType.class, TextType.class, NearestName.class)
            .sample(SAMPLE)
            .sample(shipped, 0, 100)
            .words(" : ", "\n", "\r", "#", "port", "slaveof", "requirepass", "\u00ff", "bind")
            .bad("a:\n".repeat(50_000), "x".repeat(200_000), "y".repeat(200_000) + " : 1")
            .bad("port : " + "9".repeat(200_000), "port : \u001b[2J", "\u001b[2J : 1", "\u0000")
            .run();
    assertThat(report.fuzzed()).isPositive();
  }

  private void load(byte[] bytes, int pieceBytes, Consumer<Object> found)
      throws IOException, ConfException {
    byte[] rewritten = ConfFile.parse(bytes).rewrite(Map.of(), name -> name);
    boolean endsWithALine = bytes.length == 0 || bytes[bytes.length - 1] == '\n';
    assertThat(new String(rewritten, ISO_8859_1))
        .isEqualTo(new String(bytes, ISO_8859_1) + (endsWithALine ? "" : "\n"));

    Path file = temp.resolve("pika.conf");
    HostileFile.write(file, bytes);
    try {
      PikaConf conf = PikaConf.load(Optional.of(file), List.of());
      found.accept(conf.texts());
      conf.warnings().forEach(HostileConfTest::assertOneLine);
    } catch (ConfException e) {
      assertThat(e.problems()).hasSizeBetween(1, 101);
      e.problems().forEach(problem -> assertOneLine(problem.toString()));
      throw e;
    }
  }

  private static void assertOneLine(String text) {
    assertThat(text).hasSizeLessThan(1000).doesNotContainPattern("[\\p{Cc}\\p{Zl}\\p{Zp}]");
  }
}
