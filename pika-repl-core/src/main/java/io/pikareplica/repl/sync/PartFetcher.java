package io.pikareplica.repl.sync;

import com.google.protobuf.ByteString;
import io.pikareplica.proto.RsyncService.FileResponse;
import io.pikareplica.proto.RsyncService.RsyncResponse;
import io.pikareplica.proto.RsyncService.StatusCode;
import io.pikareplica.repl.ReplicationException;
import io.pikareplica.repl.ReplicationException.Kind;
import io.pikareplica.repl.net.FrameException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Asks for parts of a snapshot's files, again and again until they come: a lost connection, a
 * silent master and a refusal are the same here. One per thread.
 */
final class PartFetcher {
  /** A part of a file; the last one when {@code isLast}. */
  record Part(ByteString data, boolean isLast) {}

  private final RsyncChannel channel;
  private final int reader;
  private final String uuid;
  private final LongSupplier timeoutMs;
  private final FullSync.Pace pace;

  /**
   * @param reader 0 to 3
   * @param uuid the snapshot that is being fetched
   */
  PartFetcher(
      RsyncChannel channel, int reader, String uuid, LongSupplier timeoutMs, FullSync.Pace pace) {
    this.channel = channel;
    this.reader = reader;
    this.uuid = uuid;
    this.timeoutMs = timeoutMs;
    this.pace = pace;
  }

  /**
   * Fetches up to {@code count} bytes; at least one unless the file ends at the offset.
   *
   * @throws SnapshotChangedException when the master has another snapshot by now
   * @throws ReplicationException PROTOCOL when the master kept failing, or sent what was not asked
   */
  Part fetch(String file, long offset, long count)
      throws SnapshotChangedException, ReplicationException, InterruptedException {
    String complaint = "";
    for (int failures = 0; failures < pace.maxFailures(); failures++) {
      try {
        RsyncResponse response =
            channel.askForPart(reader, file, offset, count, timeoutMs.getAsLong());
        if (response.getCode() != StatusCode.kOk) {
          complaint = "it cannot read the file";
          Thread.sleep(pace.pauseMs());
        } else if (!response.getSnapshotUuid().equals(uuid)) {
          throw new SnapshotChangedException(uuid, response.getSnapshotUuid());
        } else if (isProgress(response.getFileResp(), count)) {
          FileResponse part = response.getFileResp();
          return new Part(part.getData(), part.getEof() == 1);
        } else {
          complaint = "it sent nothing of it";
          Thread.sleep(pace.pauseMs());
        }
      } catch (TimeoutException e) {
        complaint = "no answer within " + timeoutMs.getAsLong() + " ms";
        if (failures % 10 == 9) {
          channel.disconnect();
        }
      } catch (FrameException e) {
        throw new ReplicationException(
            Kind.PROTOCOL, "the master's file port does not speak Pika: " + e.getMessage(), e);
      } catch (IOException e) {
        complaint = String.valueOf(e.getMessage());
        Thread.sleep(pace.pauseMs());
      }
    }
    throw new ReplicationException(
        Kind.PROTOCOL, "the master did not send " + file + " from " + offset + " on: " + complaint);
  }

  private static boolean isProgress(FileResponse part, long count) throws ReplicationException {
    int length = part.getData().size();
    if (length > count) {
      throw new ReplicationException(
          Kind.PROTOCOL,
          "the master sent " + length + " bytes of a file where " + count + " were asked for");
    }
    return length > 0 || part.getEof() == 1;
  }
}
