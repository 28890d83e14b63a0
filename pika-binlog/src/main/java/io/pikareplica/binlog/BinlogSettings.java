package io.pikareplica.binlog;

import java.time.Clock;

/**
 * How a binlog is written.
 *
 * @param fileBytes Pika's {@code binlog-file-size}: a file longer than that gets no further item of
 *     this node's own; 1 KiB to 1 GiB in Pika
 * @param forceOnRoll whether a file is forced to disk before the next one begins; needed for {@link
 *     BinlogWriter#force} to mean anything
 * @param clock for the informational time in each record header
 */
public record BinlogSettings(long fileBytes, boolean forceOnRoll, Clock clock) {
  public BinlogSettings {
    if (fileBytes <= 0) {
      throw new IllegalArgumentException("binlog-file-size " + fileBytes);
    }
  }
}
