package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikareplica.storage.Args;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The last commands that took long. Any thread; bounded in entries and in what one of them keeps.
 */
final class SlowLog {
  private static final int MAX_WORDS = 32;
  private static final int MAX_WORD_BYTES = 128;

  private final Deque<Entry> entries = new ArrayDeque<>();
  private long nextId;

  /** One command, its words cut to a size that may be kept. */
  record Entry(
      long id, long unixSeconds, long micros, List<byte[]> words, String client, String name) {}

  synchronized void add(
      long unixSeconds, long micros, Args args, String client, String name, int maxEntries) {
    entries.addFirst(new Entry(nextId++, unixSeconds, micros, shortened(args), client, name));
    while (entries.size() > maxEntries) {
      entries.removeLast();
    }
  }

  /** The newest entries, newest first. */
  synchronized List<Entry> newest(int count) {
    return entries.stream().limit(count).toList();
  }

  synchronized int size() {
    return entries.size();
  }

  synchronized void clear() {
    entries.clear();
  }

  private static List<byte[]> shortened(Args args) {
    List<byte[]> words = new ArrayList<>();
    int kept = args.size() > MAX_WORDS ? MAX_WORDS - 1 : args.size();
    for (int i = 0; i < kept; i++) {
      words.add(shortened(args.get(i)));
    }
    if (kept < args.size()) {
      words.add(("... (" + (args.size() - kept) + " more arguments)").getBytes(ISO_8859_1));
    }
    return List.copyOf(words);
  }

  private static byte[] shortened(byte[] word) {
    if (word.length <= MAX_WORD_BYTES) {
      return word;
    }
    byte[] rest = ("... (" + (word.length - MAX_WORD_BYTES) + " more bytes)").getBytes(ISO_8859_1);
    byte[] cut = Arrays.copyOf(word, MAX_WORD_BYTES + rest.length);
    System.arraycopy(rest, 0, cut, MAX_WORD_BYTES, rest.length);
    return cut;
  }
}
