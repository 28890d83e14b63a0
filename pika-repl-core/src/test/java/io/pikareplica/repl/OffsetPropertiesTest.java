package io.pikareplica.repl;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.repl.ReplicationStatus.FileSizeSource;
import io.pikareplica.repl.ReplicationStatus.Role;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** The one number that Sentinel compares, over random histories of a master (§5.1, §5.2). */
class OffsetPropertiesTest {
  private static final long F = 1 << 17;

  /** An item that a master logs: in which DB, how long. */
  record Item(int db, int bytes) {}

  /** A master's binlogs: ends of items per DB as they come. */
  private static final class Master {
    private final BinlogOffset[] ends;

    Master(int dbs) {
      ends = new BinlogOffset[dbs];
      Arrays.fill(ends, BinlogOffset.ZERO);
    }

    /** As Pika does: rolls before an item once the file is longer than F already. */
    void log(Item item) {
      int db = item.db() % ends.length;
      BinlogOffset end = ends[db];
      BinlogOffset start = end.offset() > F ? new BinlogOffset(end.filenum() + 1, 0) : end;
      ends[db] = new BinlogOffset(start.filenum(), BlockFormat.endOf(start.offset(), item.bytes()));
    }

    List<BinlogOffset> ends() {
      return List.of(ends);
    }
  }

  private static ReplicationStatus status(Role role, long fileSize, OffsetOrder order) {
    return new ReplicationStatus(
        role,
        "",
        Optional.empty(),
        List.of(),
        List.of(),
        true,
        "",
        100,
        role == Role.SLAVE,
        true,
        fileSize,
        role == Role.SLAVE ? FileSizeSource.MASTER : FileSizeSource.OWN,
        order,
        10);
  }

  private static long redisOrder(List<BinlogOffset> offsets) {
    return status(Role.SLAVE, F, OffsetOrder.REDIS_ORDER).offsetOf(offsets);
  }

  /** Many small items, some of half a file, some far longer than a file. */
  @Provide
  Arbitrary<List<Item>> items() {
    Arbitrary<Integer> small = Arbitraries.integers().between(40, 2_000);
    Arbitrary<Integer> large = Arbitraries.integers().between(40, 3 * (int) F);
    Arbitrary<Integer> bytes = Arbitraries.oneOf(small, small, large);
    return Combinators.combine(Arbitraries.integers().between(0, 7), bytes)
        .as(Item::new)
        .list()
        .ofMaxSize(300);
  }

  @Property
  void neverGoesBackOverAnyHistoryHoweverFarFilesAreOvershot(
      @ForAll("items") List<Item> items, @ForAll("dbs") int dbs) {
    Master master = new Master(dbs);
    long last = 0;
    for (Item item : items) {
      master.log(item);
      long now = redisOrder(master.ends());
      assertThat(now).isGreaterThanOrEqualTo(last);
      last = now;
    }
  }

  @Property
  void isTheSumOverTheDbs(@ForAll("items") List<Item> items, @ForAll("dbs") int dbs) {
    Master master = new Master(dbs);
    items.forEach(master::log);
    long sum = 0;
    for (BinlogOffset end : master.ends()) {
      sum += redisOrder(List.of(end));
    }
    assertThat(redisOrder(master.ends()))
        .isEqualTo(sum)
        .isEqualTo(status(Role.MASTER, F, OffsetOrder.REDIS_ORDER).offsetOf(master.ends()));
  }

  /** A replica that is behind in every DB is never ranked before one that is further. */
  @Property
  void aReplicaThatIsBehindNeverHasTheLargerNumber(
      @ForAll("items") List<Item> items, @ForAll("dbs") int dbs, @ForAll("share") int behind) {
    Master at = new Master(dbs);
    Master ahead = new Master(dbs);
    int cut = items.size() * behind / 100;
    items.subList(0, cut).forEach(at::log);
    items.forEach(ahead::log);
    assertThat(redisOrder(at.ends())).isLessThanOrEqualTo(redisOrder(ahead.ends()));
  }

  @Property
  void pikasOwnSumIsTheSameNumberWheneverNoFileIsOvershot(
      @ForAll("items") List<Item> items, @ForAll("dbs") int dbs) {
    Master master = new Master(dbs);
    items.forEach(master::log);
    long pika = status(Role.SLAVE, F, OffsetOrder.PIKA_EXACT).offsetOf(master.ends());
    long overshot = master.ends().stream().mapToLong(end -> Math.max(0, end.offset() - F)).sum();
    assertThat(pika - overshot).isEqualTo(redisOrder(master.ends()));
  }

  @Property
  void isNeverNegativeAndSaturatesAtTheLargestNumber(
      @ForAll("anyOffsets") List<BinlogOffset> offsets,
      @ForAll("anyFileSize") long fileSize,
      @ForAll OffsetOrder order) {
    BigInteger exact = BigInteger.ZERO;
    for (BinlogOffset offset : offsets) {
      long inFile =
          order == OffsetOrder.PIKA_EXACT ? offset.offset() : Math.min(offset.offset(), fileSize);
      exact =
          exact
              .add(
                  BigInteger.valueOf(Integer.toUnsignedLong(offset.filenum()))
                      .multiply(BigInteger.valueOf(fileSize)))
              .add(BigInteger.valueOf(inFile));
    }
    assertThat(BigInteger.valueOf(status(Role.SLAVE, fileSize, order).offsetOf(offsets)))
        .isEqualTo(exact.min(BigInteger.valueOf(Long.MAX_VALUE)));
  }

  @Test
  void isZeroWhereNothingIsKnown() {
    assertThat(redisOrder(List.of())).isZero();
    assertThat(redisOrder(List.of(BinlogOffset.ZERO, BinlogOffset.ZERO))).isZero();
  }

  /** Why Pika's own sum is not the default (§5.5, F1). */
  @Test
  void pikasOwnSumGoesBackWhenAnOvershotFileIsRolled() {
    List<BinlogOffset> before = List.of(new BinlogOffset(17, F + 40_000));
    List<BinlogOffset> after = List.of(new BinlogOffset(18, 120));
    ReplicationStatus exact = status(Role.SLAVE, F, OffsetOrder.PIKA_EXACT);
    assertThat(exact.offsetOf(after)).isLessThan(exact.offsetOf(before));
    assertThat(redisOrder(after)).isGreaterThan(redisOrder(before));
  }

  @Provide
  Arbitrary<Integer> dbs() {
    return Arbitraries.integers().between(1, 8);
  }

  @Provide
  Arbitrary<Integer> share() {
    return Arbitraries.integers().between(0, 100);
  }

  @Provide
  Arbitrary<List<BinlogOffset>> anyOffsets() {
    return Combinators.combine(
            Arbitraries.integers(), Arbitraries.longs().between(0, BinlogOffset.MAX_OFFSET))
        .as(BinlogOffset::new)
        .list()
        .ofMaxSize(8);
  }

  @Provide
  Arbitrary<Long> anyFileSize() {
    return Arbitraries.oneOf(
        Arbitraries.longs().between(1 << 10, 1 << 30), Arbitraries.longs().between(1, 1L << 62));
  }
}
