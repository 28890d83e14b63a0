package io.pikareplica.server.resp;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import io.pikareplica.storage.Args;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * Turns a client's bytes into requests: arrays of bulk strings, or lines. Takes whatever has
 * arrived, remembers where it stands, and never keeps a buffer that it is given. What is allocated
 * for a word follows what has arrived of it (at most {@value #FIRST_CHUNK_BYTES} bytes ahead, then
 * twice or three times that), not what was announced. Not thread-safe; nothing to close.
 */
public final class RespDecoder {
  private static final int FIRST_CHUNK_BYTES = 4096;

  /** More than any number that is in range needs. */
  private static final int MAX_HEADER_BYTES = 64;

  /** Room that is large enough to be asked for. */
  private static final int LARGE_BYTES = 64 * 1024;

  /** Of a word on the heap, about, beside its bytes. */
  private static final long WORD_OVERHEAD_BYTES = 24;

  private static final byte[] EMPTY = {};

  private enum Step {
    START,
    INLINE,
    WORD_COUNT,
    WORD_LENGTH,
    WORD,
    WORD_END
  }

  private final LongPredicate mayHold;
  private RespLimits limits;
  private String limitName = "";

  private Step step = Step.START;
  private byte[] line = new byte[MAX_HEADER_BYTES];
  private int lineLength;
  private List<byte[]> words = List.of();
  private int wordsExpected;
  private long requestBytes;
  private byte[] word = EMPTY;
  private int wordExpected;
  private int wordLength;
  private boolean sawReturn;
  private boolean isWaiting;

  /** Without anybody to ask. */
  public RespDecoder(RespLimits limits) {
    this(limits, bytes -> true);
  }

  /**
   * A decoder that asks before it makes much room.
   *
   * @param mayHold told how many bytes a word is about to take, of which at least a third were
   *     received; false: not now, the decoder {@link #isWaiting} and asks again
   */
  public RespDecoder(RespLimits limits, LongPredicate mayHold) {
    this.limits = limits;
    this.mayHold = mayHold;
  }

  /**
   * Changes what the next request may hold.
   *
   * @param name stands before the limit's name in an error: {@code ""} or {@code "unauthenticated"}
   */
  public void limits(RespLimits newLimits, String name) {
    limits = newLimits;
    limitName = name.isEmpty() ? "" : name + " ";
  }

  /**
   * Reads on. Call it until it gives nothing: then all of {@code in} is consumed, or it waits.
   *
   * @return the next request that is complete; empty when more bytes are needed
   * @throws RespProtocolException for what is no request; the decoder is of no use afterwards
   */
  public Optional<Args> next(ByteBuf in) throws RespProtocolException {
    isWaiting = false;
    while (in.isReadable() && !isWaiting) {
      Optional<Args> request =
          switch (step) {
            case START -> start(in);
            case INLINE -> inline(in);
            case WORD_COUNT -> wordCount(in);
            case WORD_LENGTH -> wordLength(in);
            case WORD -> word(in);
            case WORD_END -> wordEnd(in);
          };
      if (request.isPresent()) {
        return request;
      }
    }
    return Optional.empty();
  }

  /** Whether there was no room: then {@link #next} left bytes unread, and is to be called again. */
  public boolean isWaiting() {
    return isWaiting;
  }

  /** Bytes held of a request that is not complete. */
  public long heldBytes() {
    return step == Step.START
        ? 0
        : requestBytes + words.size() * WORD_OVERHEAD_BYTES + word.length + line.length;
  }

  private Optional<Args> start(ByteBuf in) {
    lineLength = 0;
    requestBytes = 0;
    if (in.getByte(in.readerIndex()) == '*') {
      in.skipBytes(1);
      step = Step.WORD_COUNT;
    } else {
      step = Step.INLINE;
    }
    return Optional.empty();
  }

  private Optional<Args> inline(ByteBuf in) throws RespProtocolException {
    if (!line(in, limits.inlineBytes(), "too big inline request")) {
      return Optional.empty();
    }
    step = Step.START;
    int end = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
    List<byte[]> found = InlineWords.split(line, end);
    trimLine();
    return found.isEmpty() ? Optional.empty() : Optional.of(Args.of(found));
  }

  private Optional<Args> wordCount(ByteBuf in) throws RespProtocolException {
    if (!line(in, MAX_HEADER_BYTES, "too big mbulk count string")) {
      return Optional.empty();
    }
    long count = number("invalid multibulk length");
    if (count > limits.words()) {
      throw new RespProtocolException(named("invalid ") + "multibulk length");
    }
    if (count <= 0) {
      step = Step.START;
      return Optional.empty();
    }
    wordsExpected = (int) count;
    lineLength = 0;
    words = new ArrayList<>(Math.min(wordsExpected, 16));
    step = Step.WORD_LENGTH;
    return Optional.empty();
  }

  private Optional<Args> wordLength(ByteBuf in) throws RespProtocolException {
    if (lineLength == 0) {
      byte first = in.getByte(in.readerIndex());
      if (first != '$') {
        throw new RespProtocolException("expected '$', got '" + printable(first) + "'");
      }
    }
    if (!line(in, MAX_HEADER_BYTES, "too big bulk count string")) {
      return Optional.empty();
    }
    long length = number("invalid bulk length");
    if (length < 0 || length > limits.bulkBytes()) {
      throw new RespProtocolException(named("invalid ") + "bulk length");
    }
    if (requestBytes + length > limits.requestBytes()) {
      throw new RespProtocolException("too big request");
    }
    wordExpected = (int) length;
    wordLength = 0;
    word = EMPTY;
    step = length == 0 ? Step.WORD_END : Step.WORD;
    return Optional.empty();
  }

  private Optional<Args> word(ByteBuf in) {
    while (in.isReadable() && wordLength < wordExpected) {
      if (wordLength == word.length && !grow(in.readableBytes())) {
        isWaiting = true;
        return Optional.empty();
      }
      int count = Math.min(in.readableBytes(), word.length - wordLength);
      in.readBytes(word, wordLength, count);
      wordLength += count;
    }
    if (wordLength == wordExpected) {
      step = Step.WORD_END;
    }
    return Optional.empty();
  }

  /** To twice as much, or to all of it where that would be followed by a small step. */
  private boolean grow(int readableBytes) {
    long next = Math.max(2L * word.length, Math.max(FIRST_CHUNK_BYTES, readableBytes));
    int room = (int) (wordExpected - next < word.length ? wordExpected : next);
    if (room >= LARGE_BYTES && !mayHold.test(room)) {
      return false;
    }
    word = Arrays.copyOf(word, room);
    return true;
  }

  private Optional<Args> wordEnd(ByteBuf in) throws RespProtocolException {
    byte next = in.readByte();
    if (next != (sawReturn ? '\n' : '\r')) {
      throw new RespProtocolException("expected CRLF after a bulk, got '" + printable(next) + "'");
    }
    sawReturn = !sawReturn;
    if (sawReturn) {
      return Optional.empty();
    }
    words.add(word);
    requestBytes += wordLength;
    word = EMPTY;
    wordLength = 0;
    lineLength = 0;
    if (words.size() < wordsExpected) {
      step = Step.WORD_LENGTH;
      return Optional.empty();
    }
    Args request = Args.of(words);
    words = List.of();
    step = Step.START;
    return Optional.of(request);
  }

  /** Takes bytes up to a line feed, which is eaten; true once it was there. */
  private boolean line(ByteBuf in, int limit, String whenTooLong) throws RespProtocolException {
    int end = in.forEachByte(ByteProcessor.FIND_LF);
    int count = (end < 0 ? in.writerIndex() : end) - in.readerIndex();
    if (lineLength + (long) count > limit) {
      throw new RespProtocolException(whenTooLong);
    }
    if (lineLength + count > line.length) {
      line = Arrays.copyOf(line, Math.max(lineLength + count, Math.min(limit, 2 * line.length)));
    }
    in.readBytes(line, lineLength, count);
    lineLength += count;
    if (end < 0) {
      return false;
    }
    in.skipBytes(1);
    return true;
  }

  /** A long line is rare: its buffer is not kept for the life of the connection. */
  private void trimLine() {
    if (line.length > 1024) {
      line = new byte[MAX_HEADER_BYTES];
    }
  }

  /** The number in a header line, which is {@code 12\r} or {@code $12\r} here. */
  private long number(String whenBad) throws RespProtocolException {
    int at = lineLength > 0 && line[0] == '$' ? 1 : 0;
    int end = lineLength - 1;
    if (end < 0 || line[end] != '\r') {
      throw new RespProtocolException(whenBad);
    }
    boolean negative = at < end && line[at] == '-';
    at += negative ? 1 : 0;
    if (at >= end || end - at > 18) {
      throw new RespProtocolException(whenBad);
    }
    long value = 0;
    for (; at < end; at++) {
      if (line[at] < '0' || line[at] > '9') {
        throw new RespProtocolException(whenBad);
      }
      value = value * 10 + line[at] - '0';
    }
    return negative ? -value : value;
  }

  private String named(String otherwise) {
    return limitName.isEmpty() ? otherwise : limitName;
  }

  private static String printable(byte value) {
    return value >= ' ' && value < 127
        ? String.valueOf((char) value)
        : String.format("\\x%02x", value & 0xff);
  }
}
