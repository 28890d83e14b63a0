package io.pikareplica.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.pikareplica.proto.InnerMessage.InnerResponse;
import io.pikareplica.repl.net.PbFrameDecoder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does one item cost on its way from the socket's bytes to a message, in frames of 100 SETs?
 * The floor is a copy of the frame; the alternative is protobuf's own parser, which copies each
 * item once more.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Samples.ITEMS_PER_FRAME)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class FrameDecodeBenchmark {
  private static final int LIMIT_BYTES = 256 << 20;

  private final byte[] body = Samples.frame(Samples.items(Samples.ITEMS_PER_FRAME)).toByteArray();
  private final ByteBuf wire =
      Unpooled.directBuffer(body.length + 4).writeInt(body.length).writeBytes(body);
  private final EmbeddedChannel channel =
      new EmbeddedChannel(new PbFrameDecoder<>(InnerResponse.parser(), LIMIT_BYTES));

  @Benchmark
  public byte[] floorCopyOfTheFrame() {
    return body.clone();
  }

  @Benchmark
  public InnerResponse frameDecoder() {
    channel.writeInbound(wire.retainedDuplicate());
    return channel.readInbound();
  }

  @Benchmark
  public InnerResponse protobufAlone() throws InvalidProtocolBufferException {
    return InnerResponse.parseFrom(body);
  }

  @TearDown
  public void close() {
    channel.finishAndReleaseAll();
    wire.release();
  }
}
