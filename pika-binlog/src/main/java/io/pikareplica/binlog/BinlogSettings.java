package io.pikareplica.binlog;

import java.time.Clock;

/**
 * How a binlog is written.
 *
 * @param fileBytes Pika's {@code binlog-file-size}: a file longer than that gets no further item of
 *     this node's own; 1 KiB to 1 GiB in Pika
 * @param force what an append waits for
 * @param clock for the informational time in each record header
 */
public record BinlogSettings(long fileBytes, Force force, Clock clock) {
  /** What is on disk when an append returns. */
  public enum Force {
    /** Nothing for sure. */
    NEVER,
    /**
     * Files before the current one, and the current one's name. So {@link BinlogWriter#force} makes
     * sure of everything.
     */
    ON_ROLL,
    /**
     * As before, and the items: the manifest is written after them. So whatever a power loss leaves
     * in front of the manifest's offset is whole, and what follows there was never appended.
     */
    EACH
  }

  public BinlogSettings {
    if (fileBytes <= 0) {
      throw new IllegalArgumentException("binlog-file-size " + fileBytes);
    }
  }

  boolean forcesOnRoll() {
    return force != Force.NEVER;
  }
}
