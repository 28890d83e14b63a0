package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
  private static final String IN_INSTANCE_1 = "foo";
  private static final String IN_INSTANCE_2 = "user:1000";

  @TempDir private Path folder;

  private static void replay(PikaDb db, List<Args> items) throws CommandException {
    try (DbBatch batch = db.newBatch()) {
      BinlogOffset end = BinlogOffset.ZERO;
      for (int i = 0; i < items.size(); i++) {
        Args args = items.get(i);
        end = new BinlogOffset(0, 100L * (i + 1));
        batch.replay(
            (Command.Write) CommandTable.instance().find(args).orElseThrow(), args, end, 1000);
      }
      batch.commit(end);
    }
  }

  private static String first(PikaDb db, String key) throws CommandException {
    Args args = Args.of("LRANGE", key, "0", "-1");
    try (DbView view = db.view()) {
      Command.Read read = (Command.Read) CommandTable.instance().find(args).orElseThrow();
      return read.reader().read(view, args).toString();
    }
  }

  /** One instance was committed, the other not: a crash between the two. */
  @Test
  void anInstanceThatHoldsAnItemIsNotAskedWhetherItCanBeExecuted()
      throws IOException, CommandException {
    List<Args> items =
        List.of(
            Args.of("RPUSH", IN_INSTANCE_1, "a", "b"),
            Args.of("RPUSH", IN_INSTANCE_2, "x"),
            Args.of("LSET", IN_INSTANCE_1, "1", "c"),
            Args.of("LTRIM", IN_INSTANCE_1, "0", "0"));
    try (PikaDb db = PikaDb.open(folder, DbOptions.DEFAULT)) {
      replay(db, items);
    }
    delete(folder.resolve("2"));

    try (PikaDb db = PikaDb.open(folder, DbOptions.DEFAULT)) {
      replay(db, items);

      assertThat(first(db, IN_INSTANCE_1)).contains("Bulk[a]").doesNotContain("Bulk[c]");
      assertThat(first(db, IN_INSTANCE_2)).contains("Bulk[x]");
      assertThat(db.applied()).containsOnly(new BinlogOffset(0, 400));
    }
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
