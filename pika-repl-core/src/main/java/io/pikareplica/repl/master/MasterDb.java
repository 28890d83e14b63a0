package io.pikareplica.repl.master;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/** What serving replicas needs of a DB. Any thread; nothing here waits. */
public interface MasterDb {
  /** {@code db0} to {@code db7}. */
  String name();

  /** Pika's producer offset: everything before it can be read from the binlog. */
  BinlogOffset received();

  /** END of the last item that a snapshot taken now would contain; not after {@link #received}. */
  BinlogOffset applied();

  /** Where {@code manifest} and {@code write2fileN} lie. */
  Path binlogFolder();

  /**
   * Writes a snapshot in Pika's layout: folders {@code 0} to {@code n-1} with files in them.
   *
   * @param folder does not exist yet; its parent does
   * @return the offset of the data in it; may take minutes
   */
  CompletionStage<BinlogOffset> snapshot(Path folder);
}
