package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.live.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as a user starts it. */
class DemoIT {
  @TempDir private Path folder;

  @Test
  void showsASyncReadsAndWritesAndLeavesNothingBehind() throws Exception {
    try (ChildProcess demo =
        ChildProcess.oursWith(folder, List.of("-Djava.io.tmpdir=" + folder), "demo", "--once")) {
      assertThat(demo.awaitExit()).as(demo.output()).isZero();

      assertThat(demo.output())
          .contains("a full sync")
          .contains("master_link_status:up")
          .contains("> LRANGE queue 0 -1")
          .contains("1) \"zeroth\"")
          .contains("Compared type and value of every key: ", " on the replica, 0 different.")
          .contains("redis-cli -p ");
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(Files::isDirectory).map(Path::getFileName))
          .noneMatch(name -> name.toString().startsWith("pika-replica-demo"));
    }
  }

  @Test
  void cleansUpAfterCtrlC() throws Exception {
    try (ChildProcess demo =
        ChildProcess.oursWith(folder, List.of("-Djava.io.tmpdir=" + folder), "demo")) {
      demo.awaitOutput("Ctrl-C ends the demo");
      demo.terminate();
      demo.awaitExit();
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left.filter(Files::isDirectory).map(Path::getFileName))
          .noneMatch(name -> name.toString().startsWith("pika-replica-demo"));
    }
  }
}
