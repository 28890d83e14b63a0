package io.pikareplica.repl.sync;

import io.pikareplica.repl.ReplicationException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Fetches whole files into the staging folder. One per thread. */
final class FileFetcher {
  private static final long PART_BYTES = 4 << 20;

  private final PartFetcher parts;
  private final StagingFolder staging;
  private final DiskRoom room;
  private final Throttle throttle;
  private final FetchProgress progress;

  FileFetcher(
      PartFetcher parts,
      StagingFolder staging,
      DiskRoom room,
      Throttle throttle,
      FetchProgress progress) {
    this.parts = parts;
    this.staging = staging;
    this.room = room;
    this.throttle = throttle;
    this.progress = progress;
  }

  /**
   * Fetches a file from its first byte, forces it to disk and notes it as finished. Every part is
   * written where it belongs, so one that comes twice does no harm.
   *
   * @throws NoRoomException before the disk is full
   */
  void fetch(String file)
      throws IOException, SnapshotChangedException, ReplicationException, InterruptedException {
    long offset = 0;
    try (FileChannel out = staging.create(file)) {
      boolean isLast = false;
      while (!isLast) {
        long count = throttled();
        PartFetcher.Part part = parts.fetch(file, offset, count);
        throttle.giveBack(count - part.data().size());
        room.require(part.data().size(), "more of the master's snapshot");
        offset = write(out, part.data().asReadOnlyByteBuffer(), offset);
        progress.read(part.data().size());
        isLast = part.isLast();
      }
      out.force(true);
    }
    staging.finish(file, offset);
  }

  private long throttled() throws InterruptedException {
    long count = throttle.take(PART_BYTES);
    while (count == 0) {
      Thread.sleep(Throttle.CYCLE_MS);
      count = throttle.take(PART_BYTES);
    }
    return count;
  }

  private static long write(FileChannel out, ByteBuffer data, long offset) throws IOException {
    long to = offset;
    while (data.hasRemaining()) {
      to += out.write(data, to);
    }
    return to;
  }
}
