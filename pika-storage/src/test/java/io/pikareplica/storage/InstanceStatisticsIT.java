package io.pikareplica.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceStatisticsIT {
  @TempDir private Path folder;

  @Test
  void anEmptyDbHasAnInstanceEachWithoutKeys() {
    try (PikaDb db = PikaDb.open(folder, DbOptions.DEFAULT);
        DbView view = db.view()) {
      List<InstanceStatistics> statistics = view.statistics();

      assertThat(statistics).extracting(InstanceStatistics::index).containsExactly(0, 1, 2);
      assertThat(statistics)
          .allMatch(one -> one.estimatedKeys() == 0 && one.sstBytes() == 0)
          .allMatch(one -> one.memtableBytes() > 0 && !one.isWriteStopped());
    }
  }
}
