package io.pikareplica.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandTable;
import io.pikareplica.storage.DbBatch;
import io.pikareplica.storage.DbOptions;
import io.pikareplica.storage.PikaDb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What does it cost to apply one SET of a batch of 100, and one RPUSH? The floor is RocksDB itself:
 * the same keys and values in one bare {@code WriteBatch} of one instance.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Samples.ITEMS_PER_FRAME)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(3)
public class ApplyBenchmark {
  private static final Command.Write SET = command("set");
  private static final Command.Write RPUSH = command("rpush");
  private static final int FRAMES = 1_000;

  private final List<List<Args>> sets = new ArrayList<>();
  private final List<List<Args>> pushes = new ArrayList<>();
  private Path folder;
  private PikaDb db;
  private RocksDB rocks;
  private WriteOptions writeOptions;
  private long end;

  private static Command.Write command(String name) {
    return (Command.Write) CommandTable.instance().find(name).orElseThrow();
  }

  @Setup(Level.Trial)
  public void open() throws IOException, RocksDBException {
    Random random = new Random(7);
    for (int frame = 0; frame < FRAMES; frame++) {
      List<Args> setsOfFrame = new ArrayList<>();
      List<Args> pushesOfFrame = new ArrayList<>();
      for (int i = 0; i < Samples.ITEMS_PER_FRAME; i++) {
        List<byte[]> words = Samples.set(random);
        setsOfFrame.add(Args.of(words));
        byte[] list = ("list:" + random.nextInt(1_000)).getBytes(US_ASCII);
        pushesOfFrame.add(new Args(words.get(0), list, words.get(2)));
      }
      sets.add(setsOfFrame);
      pushes.add(pushesOfFrame);
    }
    folder = Files.createTempDirectory("apply-benchmark");
    db = PikaDb.open(folder.resolve("db"), DbOptions.DEFAULT);
    rocks = RocksDB.open(folder.resolve("bare").toString());
    writeOptions = new WriteOptions();
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    writeOptions.close();
    rocks.close();
    db.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Benchmark
  public void floorBareRocksDbWrite() throws RocksDBException {
    end++;
    try (WriteBatch batch = new WriteBatch()) {
      for (Args args : sets.get((int) (end % FRAMES))) {
        batch.put(args.get(1), args.get(2));
      }
      rocks.write(writeOptions, batch);
    }
  }

  @Benchmark
  public void applySets() throws CommandException {
    apply(SET, sets);
  }

  @Benchmark
  public void applyPushes() throws CommandException {
    apply(RPUSH, pushes);
  }

  private void apply(Command.Write command, List<List<Args>> frames) throws CommandException {
    end++;
    BinlogOffset offset = BinlogOffset.ofPacked(end);
    try (DbBatch batch = db.newBatch()) {
      for (Args args : frames.get((int) (end % FRAMES))) {
        batch.replay(command, args, offset, 1_795_334_223_000L);
      }
      batch.commit(offset);
    }
  }
}
