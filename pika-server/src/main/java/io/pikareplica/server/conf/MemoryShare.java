package io.pikareplica.server.conf;

/**
 * An amount of memory, said as it is or as a part of a whole.
 *
 * @param amount bytes, or hundredths of the whole; 0: no limit
 */
public record MemoryShare(long amount, boolean isPercent) {
  /** In bytes; 0 for no limit. */
  public long bytes(long wholeBytes) {
    return isPercent ? wholeBytes / 100 * amount : amount;
  }
}
