package io.pikareplica.bench;

import io.pikareplica.binlog.BinlogOffset;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost the worker to publish an offset, and a reader to look at it, with 0, 1 and 3
 * readers at work? The floor is a plain write of a long: {@code PACKED_RELEASE_ACQUIRE} on x86.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class OffsetTrackerBenchmark {

  /** One cell, shared by the threads of a group. */
  @State(Scope.Group)
  public static class Shared {
    @Param public OffsetCells.Form form;

    private OffsetCells.Cell cell;

    @Setup
    public void create() {
      cell = OffsetCells.of(form);
    }
  }

  /** The writer's own count; every offset is new, as in the worker. */
  @State(Scope.Thread)
  public static class Writer {
    private long packed;

    private BinlogOffset next() {
      packed += 100;
      return BinlogOffset.ofPacked(packed);
    }
  }

  @Benchmark
  @Group("readers0")
  @GroupThreads(1)
  public void writeAlone(Shared shared, Writer writer) {
    shared.cell.set(writer.next());
  }

  @Benchmark
  @Group("readers1")
  @GroupThreads(1)
  public void writeBesideOne(Shared shared, Writer writer) {
    shared.cell.set(writer.next());
  }

  @Benchmark
  @Group("readers1")
  @GroupThreads(1)
  public BinlogOffset readAlone(Shared shared) {
    return shared.cell.get();
  }

  @Benchmark
  @Group("readers3")
  @GroupThreads(1)
  public void writeBesideThree(Shared shared, Writer writer) {
    shared.cell.set(writer.next());
  }

  @Benchmark
  @Group("readers3")
  @GroupThreads(3)
  public BinlogOffset readAmongThree(Shared shared) {
    return shared.cell.get();
  }
}
