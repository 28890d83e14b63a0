package io.pikareplica.server.resp;

/**
 * How much of one request is taken from a client.
 *
 * @param bulkBytes the longest word ({@code proto-max-bulk-len})
 * @param requestBytes all words of a request together
 * @param words words of a request
 * @param inlineBytes a request in one line, without its end
 */
public record RespLimits(int bulkBytes, long requestBytes, int words, int inlineBytes) {
  public static final int MAX_BULK_BYTES = 512 << 20;
  public static final RespLimits DEFAULT = new RespLimits(MAX_BULK_BYTES, 1L << 30, 1 << 20, 65536);

  /** What a client may send before it has given the password; Redis's numbers. */
  public static final RespLimits UNAUTHENTICATED = new RespLimits(16_384, 163_840, 10, 16_384);

  public RespLimits {
    if (bulkBytes < 1 || bulkBytes > MAX_BULK_BYTES || requestBytes < bulkBytes) {
      throw new IllegalArgumentException(
          "bulkBytes " + bulkBytes + ", requestBytes " + requestBytes + " are no limits");
    }
    if (words < 1 || inlineBytes < 1) {
      throw new IllegalArgumentException("words " + words + ", inlineBytes " + inlineBytes);
    }
  }

  /**
   * The default, with words and requests small enough for a heap: a long word is there up to four
   * times on its way into binlog and storage.
   */
  public static RespLimits forHeap(long maxHeapBytes) {
    int bulk = (int) Math.max(1 << 20, Math.min(MAX_BULK_BYTES, maxHeapBytes / 8));
    return new RespLimits(
        bulk, Math.max(bulk, Math.min(1L << 30, maxHeapBytes / 6)), 1 << 20, 65536);
  }
}
