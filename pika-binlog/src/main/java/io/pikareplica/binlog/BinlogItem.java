package io.pikareplica.binlog;

/**
 * One item of the binlog: Pika's 34-byte header taken apart, and one command.
 *
 * @param execTimeSeconds when the master wrote it; unix seconds, unsigned 32 bit
 * @param term 0 in classic mode
 * @param logicId the number of the item in its master's count; informational
 * @param filenum the file the item was appended to, before a roll that it caused; unsigned 32 bit,
 *     informational
 * @param offset the offset in that file; unsigned 64 bit, informational
 * @param content one RESP array of bulk strings; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes to pass on, compared nowhere
public record BinlogItem(
    int execTimeSeconds, int term, long logicId, int filenum, long offset, byte[] content) {

  /** The header's time as a number of seconds that is never negative. */
  public long execTime() {
    return Integer.toUnsignedLong(execTimeSeconds);
  }
}
