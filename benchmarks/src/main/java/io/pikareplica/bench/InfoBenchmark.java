package io.pikareplica.bench;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.info.InfoCommand;
import io.pikareplica.info.InfoSource;
import io.pikareplica.repl.HostPort;
import io.pikareplica.repl.LinkState;
import io.pikareplica.repl.OffsetOrder;
import io.pikareplica.repl.ReplState;
import io.pikareplica.repl.ReplicationStatus;
import io.pikareplica.repl.ReplicationStatus.Db;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost to render INFO replication, which every Sentinel asks for each second? */
@State(Scope.Benchmark)
@BenchmarkMode({Mode.AverageTime, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class InfoBenchmark {
  private static final List<String> REPLICATION = List.of("replication");

  @Param({"1", "8"})
  public int databases;

  private InfoSource source;

  @Setup
  public void create() {
    List<Db> dbs =
        IntStream.range(0, databases)
            .mapToObj(
                i ->
                    new Db(
                        "db" + i,
                        ReplState.CONNECTED,
                        new BinlogOffset(17, 52_428_800 + i),
                        new BinlogOffset(17, 52_428_800),
                        new BinlogOffset(8, 0),
                        Optional.empty(),
                        "write2file7",
                        false,
                        "",
                        Optional.empty()))
            .toList();
    ReplicationStatus status =
        new ReplicationStatus(
            ReplicationStatus.Role.SLAVE,
            "94e8feeaf9036a77c59ad2f091f1c0b0858047f06fa1e09afa",
            Optional.of(
                new ReplicationStatus.Master(
                    new HostPort("10.0.0.11", 9221), LinkState.META_SYNC_DONE, true, 0, 0, "")),
            dbs,
            List.of(),
            true,
            "",
            100,
            true,
            true,
            104_857_600,
            ReplicationStatus.FileSizeSource.MASTER,
            OffsetOrder.REDIS_ORDER,
            10);
    source =
        (InfoSource)
            Proxy.newProxyInstance(
                InfoSource.class.getClassLoader(),
                new Class<?>[] {InfoSource.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("replication")) {
                    return status;
                  }
                  if (method.getName().equals("style")) {
                    return InfoSource.Style.DEFAULT;
                  }
                  throw new IllegalStateException(method.getName() + " is not rendered here");
                });
  }

  @Benchmark
  public String replication() {
    return InfoCommand.render(source, REPLICATION);
  }
}
