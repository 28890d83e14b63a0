package io.pikareplica.binlog.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/**
 * Feeds a {@link Parser} what a broken disk, a broken peer or a hostile one may feed it: good
 * samples whole and in small pieces, cut at every byte, with every bit flipped, and then, for a
 * while, whatever a fuzzer makes of them that leads to code not seen before. Of each input it
 * claims:
 *
 * <ul>
 *   <li>the parser reads it, or fails with an exception that it documents, and in time;
 *   <li>what it allocates stays below a bound that depends on the bytes there are, not on what they
 *       announce;
 *   <li>in pieces it comes to the same as whole;
 *   <li>a good input is read as before afterwards.
 * </ul>
 *
 * {@code -Dfuzz.seconds=N} fuzzes each parser for N seconds instead of one and a half, then from a
 * seed of its own unless {@code -Dfuzz.seed=S} names one, and tells what was seen. A failure prints
 * its input.
 */
public final class HostileBytes {
  private static final double DEFAULT_SECONDS = 1.5;
  private static final long HANG_MS = 60_000;
  private static final int GOOD_INPUT_EVERY = 64;
  private static final int MAX_CORPUS = 4096;
  private static final int MAX_SHOWN = 4096;

  /** What a call for one more piece may cost. */
  private static final long BYTES_PER_PIECE = 2048;

  /** What a parser made of an input. */
  private record Outcome(List<Object> found, String error) {
    boolean isRefusal() {
      return !error.isEmpty();
    }
  }

  /** A good input, and the bytes at which it is cut and flipped. */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  private record Sample(byte[] bytes, int[] places) {}

  /**
   * What was seen.
   *
   * @param inputs fed in all
   * @param fuzzed of these, by the fuzzer
   * @param corpus inputs that led to something new, samples included
   * @param covered probes of the watched classes that the fuzzer reached
   * @param probes that there are; 0 where coverage is off
   * @param mostAllocated bytes, by one input
   */
  public record Report(
      long inputs, long fuzzed, int corpus, int covered, int probes, long mostAllocated) {}

  private final String name;
  private final Parser parser;
  private final List<Sample> samples = new ArrayList<>();
  private final List<byte[]> hostile = new ArrayList<>();
  private final List<byte[]> words = new ArrayList<>();
  private final List<Class<?>> watched = new ArrayList<>();
  private final List<Class<? extends Exception>> documented = new ArrayList<>();
  private long fixedBytes = 1 << 20;
  private long bytesPerByte = 100;
  private boolean isStream;
  private boolean refusesDamage;

  // of a run; the worker writes, the one who waits reads
  private volatile byte[] current = {};
  private volatile long beganNanos;
  private long inputs;
  private long mostAllocated;

  private HostileBytes(String name, Parser parser) {
    this.name = name;
    this.parser = parser;
  }

  /**
   * @param name for messages
   */
  public static HostileBytes against(String name, Parser parser) {
    return new HostileBytes(name, parser);
  }

  /**
   * A good input.
   *
   * @param ranges of a long one, what is worth cutting and flipping: pairs of indices, the second
   *     of each not included; none for all of it
   */
  public HostileBytes sample(byte[] bytes, int... ranges) {
    IntStream places = ranges.length == 0 ? IntStream.range(0, bytes.length) : IntStream.empty();
    for (int i = 0; i < ranges.length; i += 2) {
      places = IntStream.concat(places, IntStream.range(ranges[i], ranges[i + 1]));
    }
    samples.add(new Sample(bytes, places.toArray()));
    return this;
  }

  public HostileBytes sample(String latin1) {
    return sample(latin1.getBytes(ISO_8859_1));
  }

  /** A bad input that somebody has thought of. */
  public HostileBytes bad(byte[]... inputs) {
    hostile.addAll(List.of(inputs));
    return this;
  }

  public HostileBytes bad(String... latin1) {
    for (String text : latin1) {
      bad(text.getBytes(ISO_8859_1));
    }
    return this;
  }

  /** Words of the format, for the fuzzer. */
  public HostileBytes words(String... latin1) {
    for (String word : latin1) {
      words.add(word.getBytes(ISO_8859_1));
    }
    return this;
  }

  /** What the parser documents for bytes that are wrong. */
  public HostileBytes refusedBy(Class<? extends Exception> exception) {
    documented.add(exception);
    return this;
  }

  /** Classes whose branches lead the fuzzer. */
  public HostileBytes watching(Class<?>... classes) {
    watched.addAll(List.of(classes));
    return this;
  }

  /**
   * What one input may cost, all garbage included.
   *
   * @param fixed bytes for any input
   * @param perByte so many more for each byte of input
   */
  public HostileBytes allocating(long fixed, long perByte) {
    fixedBytes = fixed;
    bytesPerByte = perByte;
    return this;
  }

  /** Bytes arrive piece by piece: the parser goes on where it stopped. */
  public HostileBytes asStream() {
    isStream = true;
    return this;
  }

  /** The format has a checksum: any flipped bit and any cut must be refused. */
  public HostileBytes refusingAllDamage() {
    refusesDamage = true;
    return this;
  }

  /**
   * Does all of it.
   *
   * @throws AssertionError with the input that breaks a claim
   */
  public Report run() {
    String wantedSeconds = System.getProperty("fuzz.seconds", "");
    double seconds = wantedSeconds.isEmpty() ? DEFAULT_SECONDS : Double.parseDouble(wantedSeconds);
    long seed = Long.getLong("fuzz.seed", wantedSeconds.isEmpty() ? 1 : System.nanoTime());
    beganNanos = System.nanoTime();
    FutureTask<Report> all = new FutureTask<>(() -> torture(seed, seconds));
    Thread worker = new Thread(all, "hostile-bytes");
    worker.setDaemon(true);
    worker.start();
    Report report = awaited(all, worker);
    if (!wantedSeconds.isEmpty()) {
      System.out.println("hostile bytes: " + name + " seed=" + seed + " " + report);
    }
    return report;
  }

  private Report awaited(FutureTask<Report> all, Thread worker) {
    while (true) {
      try {
        return all.get(1, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        if (System.nanoTime() - beganNanos > TimeUnit.MILLISECONDS.toNanos(HANG_MS)) {
          AssertionError hangs = failure(current, "hangs");
          hangs.setStackTrace(worker.getStackTrace());
          throw hangs;
        }
      } catch (ExecutionException e) {
        if (e.getCause() instanceof AssertionError broken) {
          throw broken;
        }
        throw new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private Report torture(long seed, double seconds) {
    List<Outcome> expected = new ArrayList<>();
    for (Sample sample : samples) {
      Outcome whole = read(sample.bytes(), sample.bytes().length);
      if (whole.isRefusal()) {
        throw failure(sample.bytes(), "a good input is refused: " + whole.error());
      }
      expected.add(whole);
    }
    for (int i = 0; i < samples.size(); i++) {
      inPieces(samples.get(i).bytes(), expected.get(i));
      cut(samples.get(i), expected.get(i));
      flip(samples.get(i));
      readsGoodOnes(expected);
    }
    for (byte[] input : hostile) {
      check(input, 7);
      readsGoodOnes(expected);
    }
    return fuzz(seed, seconds, expected);
  }

  private void inPieces(byte[] bytes, Outcome expected) {
    if (isStream) {
      for (int piece = 1; piece < Math.min(bytes.length, 300); piece++) {
        requireSame(bytes, expected, read(bytes, piece), piece);
      }
    }
  }

  private void cut(Sample sample, Outcome whole) {
    for (int length : sample.places()) {
      byte[] part = Arrays.copyOf(sample.bytes(), length);
      Outcome outcome = check(part, Math.max(1, length / 2));
      if (refusesDamage && !outcome.isRefusal()) {
        throw failure(part, "is taken though it was cut at " + length);
      }
      if (isStream && (outcome.isRefusal() || !startsWith(whole.found(), outcome.found()))) {
        throw failure(part, "is no beginning of the whole: " + outcome);
      }
    }
  }

  private static boolean startsWith(List<Object> whole, List<Object> part) {
    return part.size() <= whole.size() && whole.subList(0, part.size()).equals(part);
  }

  private void flip(Sample sample) {
    for (int at : sample.places()) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] flipped = sample.bytes().clone();
        flipped[at] ^= (byte) (1 << bit);
        Outcome outcome = check(flipped, 1 + at % 16);
        if (refusesDamage && !outcome.isRefusal()) {
          throw failure(flipped, "is taken though bit " + bit + " of byte " + at + " flipped");
        }
      }
    }
  }

  private Report fuzz(long seed, double seconds, List<Outcome> expected) {
    Random random = new Random(seed);
    Mutator mutator = new Mutator(random, words);
    List<byte[]> corpus = new ArrayList<>();
    samples.forEach(sample -> corpus.add(sample.bytes()));
    corpus.addAll(hostile);
    long before = inputs;
    try (Probes probes = Probes.of(watched)) {
      corpus.forEach(input -> check(input, input.length));
      int covered = probes.covered();
      long end = System.nanoTime() + (long) (seconds * 1e9);
      for (int round = 1; System.nanoTime() < end; round++) {
        byte[] input = mutator.next(corpus);
        check(input, 1 + random.nextInt(40));
        int now = probes.covered();
        if (now > covered && corpus.size() < MAX_CORPUS) {
          corpus.add(input);
        }
        covered = now;
        if (round % GOOD_INPUT_EVERY == 0) {
          readsGoodOnes(expected);
        }
      }
      readsGoodOnes(expected);
      return new Report(
          inputs, inputs - before, corpus.size(), covered, probes.total(), mostAllocated);
    }
  }

  private void readsGoodOnes(List<Outcome> expected) {
    for (int i = 0; i < samples.size(); i++) {
      byte[] bytes = samples.get(i).bytes();
      requireSame(bytes, expected.get(i), read(bytes, bytes.length), bytes.length);
    }
  }

  /** Reads an input whole, and where pieces may come, also in pieces. */
  private Outcome check(byte[] input, int pieceBytes) {
    Outcome whole = read(input, Math.max(1, input.length));
    if (isStream) {
      requireSame(input, whole, read(input, Math.max(1, pieceBytes)), pieceBytes);
    }
    return whole;
  }

  private void requireSame(byte[] input, Outcome expected, Outcome outcome, int pieceBytes) {
    if (!outcome.equals(expected)) {
      throw failure(
          input, "in pieces of %d gives %s, not %s".formatted(pieceBytes, outcome, expected));
    }
  }

  private Outcome read(byte[] input, int pieceBytes) {
    long pieces = isStream ? input.length / pieceBytes : 0;
    long limit = fixedBytes + bytesPerByte * input.length + BYTES_PER_PIECE * pieces;
    return measured(input, pieceBytes, limit, true);
  }

  /** Once more where too much was allocated: the first time a path runs, classes are loaded. */
  private Outcome measured(byte[] input, int pieceBytes, long limit, boolean mayRepeat) {
    current = input;
    beganNanos = System.nanoTime();
    inputs++;
    long before = Allocated.soFar();
    Outcome outcome = outcome(input, pieceBytes);
    long allocated = Allocated.soFar() - before;
    if (allocated <= limit) {
      mostAllocated = Math.max(mostAllocated, allocated);
      return outcome;
    }
    if (mayRepeat) {
      return measured(input, pieceBytes, limit, false);
    }
    throw failure(input, "allocates " + allocated + " bytes, more than " + limit);
  }

  private Outcome outcome(byte[] input, int pieceBytes) {
    List<Object> found = new ArrayList<>();
    byte[] own = input.clone(); // whoever writes into its input does harm to itself only
    try {
      parser.read(own, pieceBytes, found::add);
    } catch (Exception | Error e) {
      if (documented.stream().anyMatch(type -> type.isInstance(e))
          && !String.valueOf(e.getMessage()).isBlank()) {
        return new Outcome(found, e.getClass().getSimpleName() + ": " + e.getMessage());
      }
      throw failure(input, "fails with what is not documented", e);
    }
    return new Outcome(found, "");
  }

  private AssertionError failure(byte[] input, String what) {
    return failure(input, what, null);
  }

  private AssertionError failure(byte[] input, String what, Throwable cause) {
    String shown =
        HexFormat.of().formatHex(Arrays.copyOf(input, Math.min(input.length, MAX_SHOWN)));
    return new AssertionError(
        "%s: an input of %d bytes %s; in hex: %s%s"
            .formatted(
                name, input.length, what, shown, input.length > MAX_SHOWN ? " and so on" : ""),
        cause);
  }
}
