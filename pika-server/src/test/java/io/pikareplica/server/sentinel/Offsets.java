package io.pikareplica.server.sentinel;

import io.pikareplica.binlog.BinlogOffset;
import java.util.List;
import java.util.Random;

/** Random ends of two binlogs, compared as Sentinel does it: by the sum over all DBs. */
final class Offsets {
  private static final int MIB = 1 << 20;

  private Offsets() {}

  /** Somewhere in the middle, sometimes right behind the start of a file. */
  static List<BinlogOffset> best(Random random) {
    long offset = random.nextBoolean() ? 120 : 40L * MIB + random.nextInt(40 * MIB);
    return List.of(
        new BinlogOffset(5 + random.nextInt(100), offset),
        new BinlogOffset(5 + random.nextInt(100), 40L * MIB + random.nextInt(40 * MIB)));
  }

  /** Less, although it may look like more. */
  static List<BinlogOffset> behind(Random random, List<BinlogOffset> best) {
    BinlogOffset one = best.get(0);
    BinlogOffset two = best.get(1);
    return switch (random.nextInt(3)) {
      // a few bytes in one DB
      case 0 -> List.of(back(one, 1 + random.nextInt(100)), two);
      // ahead in one DB, further behind in the other
      case 1 ->
          List.of(
              new BinlogOffset(one.filenum(), one.offset() + random.nextInt(10 * MIB)),
              back(two, 10 * MIB + random.nextInt(20 * MIB)));
      // at the end of a file whose last item made it much too long
      default -> List.of(new BinlogOffset(one.filenum() - 1, Statuses.FILE_SIZE + 200L * MIB), two);
    };
  }

  /** More than the best has: what must not count. */
  static List<BinlogOffset> ahead(Random random, List<BinlogOffset> best) {
    return List.of(
        new BinlogOffset(best.get(0).filenum() + 1 + random.nextInt(3), 120), best.get(1));
  }

  private static BinlogOffset back(BinlogOffset from, long bytes) {
    return new BinlogOffset(from.filenum(), Math.max(0, from.offset() - bytes));
  }
}
