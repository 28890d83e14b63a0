package io.pikareplica.repl.master;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikareplica.binlog.BinlogDirectory;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BinlogSettings;
import io.pikareplica.binlog.BinlogWriter;
import io.pikareplica.binlog.RespContent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A DB with a real binlog and snapshots made of a few files. */
final class TestMasterDb implements MasterDb, AutoCloseable {
  private final String name;
  private final Path folder;
  private final BinlogWriter writer;

  /** Completes the snapshots that are asked for; a test may hold them back. */
  volatile boolean isSnapshotHeld;

  final List<CompletableFuture<BinlogOffset>> held = new ArrayList<>();
  final AtomicInteger snapshots = new AtomicInteger();

  TestMasterDb(String name, Path folder, long fileBytes) throws IOException {
    this.name = name;
    this.folder = folder;
    this.writer =
        BinlogWriter.open(
            folder, new BinlogSettings(fileBytes, BinlogSettings.Force.NEVER, Clock.systemUTC()));
  }

  BinlogOffset write(String... words) throws IOException {
    List<byte[]> argv = new ArrayList<>();
    for (String word : words) {
      argv.add(word.getBytes(UTF_8));
    }
    return writer.appendOwn(List.of(RespContent.encode(argv)), 1);
  }

  void reset(BinlogOffset offset) throws IOException {
    writer.reset(offset);
  }

  BinlogDirectory directory() {
    return writer.directory();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public BinlogOffset received() {
    return writer.producer();
  }

  @Override
  public BinlogOffset applied() {
    return writer.producer();
  }

  @Override
  public Path binlogFolder() {
    return folder;
  }

  @Override
  public CompletionStage<BinlogOffset> snapshot(Path to) {
    snapshots.incrementAndGet();
    BinlogOffset offset = applied();
    CompletableFuture<BinlogOffset> done = new CompletableFuture<>();
    try {
      for (int instance = 0; instance < 3; instance++) {
        Path sub = Files.createDirectories(to.resolve(String.valueOf(instance)));
        Files.writeString(sub.resolve("CURRENT"), "MANIFEST-000005\n");
        Files.write(sub.resolve("000004.log"), new byte[0]);
      }
      byte[] large = new byte[(16 << 20) + 1000];
      for (int i = 0; i < large.length; i += 997) {
        large[i] = (byte) i;
      }
      Files.write(to.resolve("1").resolve("000021.sst"), large);
      Files.createSymbolicLink(to.resolve("2").resolve("link"), Path.of("/etc/passwd"));
    } catch (IOException e) {
      done.completeExceptionally(e);
      return done;
    }
    if (isSnapshotHeld) {
      held.add(done);
    } else {
      done.complete(offset);
    }
    return done;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
