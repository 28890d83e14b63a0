package io.pikareplica.server.live;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The files of a node that is to be killed: they say what it is doing, faster than INFO would. */
final class Victim {
  private static final String BINLOG_PREFIX = "write2file";
  private static final String IMPORTING = "importing";

  /** What it was in the middle of. */
  enum Moment {
    /** Items come as the master writes them. */
    STREAM,
    /** Started a moment ago, with much to catch up on. */
    CATCH_UP,
    /** Files of a snapshot arrive. */
    FETCH,
    /** All files are there and are being converted. */
    IMPORT,
    /** Old data moves out, new data moves in. */
    SWAP,
    /** Old binlog files are being deleted. */
    PURGE
  }

  private final Path files;
  private final int dbs;

  Victim(Path files, int dbs) {
    this.files = files;
    this.dbs = dbs;
  }

  private boolean anyDb(DbCheck check) {
    return IntStream.range(0, dbs).anyMatch(db -> check.holds("db" + db));
  }

  private interface DbCheck {
    boolean holds(String db);
  }

  /** A full sync is under way and not all files of a DB are there. */
  boolean isFetching() {
    return anyDb(db -> !text(list(db)).isEmpty() && !text(list(db)).contains(IMPORTING));
  }

  boolean isImporting() {
    return anyDb(db -> text(list(db)).contains(IMPORTING));
  }

  private Path list(String db) {
    return files.resolve("dbsync/" + db + ".files");
  }

  /** The journal is there, or what a swap leaves for a moment after it. */
  boolean isSwapping() {
    return anyDb(
        db ->
            Files.exists(files.resolve("db/" + db + ".swap"))
                || Files.exists(files.resolve("db/" + db + "_bak")));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }

  /** The first file of each binlog. */
  List<Long> oldestBinlogs() {
    return IntStream.range(0, dbs)
        .mapToObj(db -> filenums(db).min(Long::compare).orElse(-1L))
        .toList();
  }

  /** How many files the longest binlog has. */
  long binlogFiles() {
    return IntStream.range(0, dbs).mapToLong(db -> filenums(db).count()).max().orElse(0);
  }

  private Stream<Long> filenums(int db) {
    try (Stream<Path> all = Files.list(files.resolve("log/log_db" + db))) {
      return all
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith(BINLOG_PREFIX))
          .map(name -> Long.parseLong(name.substring(BINLOG_PREFIX.length())))
          .toList()
          .stream();
    } catch (NoSuchFileException e) {
      return Stream.empty();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether it died in that moment, by what it has left. */
  boolean wasIn(Moment moment, int filesKept) {
    BooleanSupplier trace =
        switch (moment) {
          case STREAM, CATCH_UP -> () -> true;
          case FETCH -> this::isFetching;
          case IMPORT -> this::isImporting;
          case SWAP -> this::isSwapping;
          case PURGE -> () -> binlogFiles() > filesKept + 1;
        };
    return trace.getAsBoolean();
  }
}
