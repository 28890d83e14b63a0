package io.pikareplica.repl.sync;

import io.pikareplica.binlog.BinlogOffset;
import java.nio.file.Path;

/**
 * A master's snapshot that has arrived whole and was brought into our layout, ready to be swapped
 * in.
 *
 * @param uuid the master's name for it: MD5 of its {@code info}
 * @param folder holds the instances, {@code 0} to {@code n-1}
 * @param offset where the binlog goes on
 */
public record StagedSnapshot(String db, String uuid, Path folder, BinlogOffset offset) {}
