package io.pikareplica.bench;

import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.MalformedItemException;
import io.pikareplica.binlog.RespContent;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to read one binlog item (header, then the words of its command), and to make
 * one? The floor is a copy of the same bytes.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class BinlogCodecBenchmark {
  private final List<byte[]> words = Samples.set(new Random(7));
  private final byte[] item = Samples.item(words);
  private BinlogItem decoded;

  @Benchmark
  public byte[] floorCopyOfTheItem() {
    return item.clone();
  }

  @Benchmark
  public BinlogItem decodeHeaderAndContent() throws MalformedItemException {
    decoded = BinlogItemCodec.decode(item);
    return decoded;
  }

  @Benchmark
  public byte[][] parseWords() throws MalformedItemException {
    return RespContent.parseItem(item);
  }

  @Benchmark
  public byte[] encode() {
    return Samples.item(words);
  }
}
