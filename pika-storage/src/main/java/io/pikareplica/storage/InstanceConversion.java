package io.pikareplica.storage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.rocksdb.RocksDBException;

/** Runs the conversion of a DB folder's instances side by side. */
final class InstanceConversion {
  /** The folders of a 3.5.x DB, which has one RocksDB per type. */
  private static final List<String> TYPE_FOLDERS =
      List.of("strings", "hashes", "lists", "sets", "zsets", "streams");

  private InstanceConversion() {}

  /** The conversion of one instance. */
  @FunctionalInterface
  interface Step {
    void convert(Path instanceFolder, int index, ConversionProgress progress) throws Exception;
  }

  /**
   * Checks that the folder has exactly the instances it should have, and converts each. Waits for
   * all of them; an interrupt stops them.
   *
   * @throws StorageException the first failure
   */
  static void run(Path folder, DbOptions options, LongConsumer listener, Step step) {
    checkInstances(folder, options.instanceCount());
    ConversionProgress progress = new ConversionProgress(listener);
    int threads = Math.min(options.instanceCount(), Runtime.getRuntime().availableProcessors());
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, task -> new Thread(task, "convert-" + folder.getFileName()));
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < options.instanceCount(); i++) {
        int index = i;
        running.add(
            pool.submit(
                () -> {
                  step.convert(folder.resolve(Integer.toString(index)), index, progress);
                  return null;
                }));
      }
      await(running, progress);
    } finally {
      pool.shutdown();
    }
  }

  private static void await(List<Future<?>> running, ConversionProgress progress) {
    Throwable failure = null;
    boolean interrupted = false;
    for (int i = 0; i < running.size(); ) {
      try {
        running.get(i).get();
        i++;
      } catch (InterruptedException e) {
        interrupted = true;
        progress.cancel();
      } catch (ExecutionException e) {
        progress.cancel();
        if (failure == null || failure instanceof CancellationException) {
          failure = e.getCause();
        }
        i++;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof StorageException known) {
      throw known;
    } else if (failure instanceof RocksDBException refused) {
      throw BorderInstance.refused("cannot convert the layout", refused);
    } else if (failure != null) {
      throw new StorageException("cannot convert the layout: " + failure.getMessage(), failure);
    }
  }

  private static void checkInstances(Path folder, int instanceCount) {
    if (!Files.isDirectory(folder)) {
      throw new StorageException("no folder " + folder);
    }
    for (String type : TYPE_FOLDERS) {
      if (Files.isDirectory(folder.resolve(type))) {
        throw new StorageException(
            folder + " has the layout of Pika 3.5 (a folder " + type + "), not that of 4.0");
      }
    }
    for (int i = 0; i < instanceCount; i++) {
      if (!Files.isDirectory(folder.resolve(Integer.toString(i)))) {
        throw new StorageException(
            folder + " has no instance " + i + ", but db-instance-num is " + instanceCount);
      }
    }
    if (Files.isDirectory(folder.resolve(Integer.toString(instanceCount)))) {
      throw new StorageException(
          folder + " has more instances than db-instance-num, which is " + instanceCount);
    }
  }
}
