package io.pikareplica.storage;

import io.pikareplica.storage.codec.PikaOrder;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ComparatorOptions;

/**
 * Pika's two comparators, for folders in its layout. Only for threads of ours: when a background
 * thread of RocksDB asks one, it attaches to the JVM and detaches again at every comparison. Must
 * outlive the database that uses them.
 */
final class PikaComparators implements AutoCloseable {
  private final ComparatorOptions options =
      new ComparatorOptions().setUseDirectBuffer(true).setMaxReusedBufferSize(4096);
  private final AbstractComparator list = new ListOrder(options);
  private final AbstractComparator score = new ScoreOrder(options);

  /** The comparator of a family; empty for bytewise order. */
  Optional<AbstractComparator> of(String familyName) {
    if (familyName.equals(PikaFamily.LIST.rocksName())) {
      return Optional.of(list);
    }
    if (familyName.equals(PikaFamily.ZSET_SCORE.rocksName())) {
      return Optional.of(score);
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    list.close();
    score.close();
    options.close();
  }

  /** {@code name()} is called by the constructor of the superclass: it must be a constant. */
  private static final class ListOrder extends AbstractComparator {
    ListOrder(ComparatorOptions options) {
      super(options);
    }

    @Override
    public String name() {
      return "floyd.ListsDataKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
      return PikaOrder.compareListKeys(a, b);
    }
  }

  private static final class ScoreOrder extends AbstractComparator {
    ScoreOrder(ComparatorOptions options) {
      super(options);
    }

    @Override
    public String name() {
      return "floyd.ZSetsScoreKeyComparator";
    }

    @Override
    public int compare(ByteBuffer a, ByteBuffer b) {
      return PikaOrder.compareScoreKeys(a, b);
    }
  }
}
