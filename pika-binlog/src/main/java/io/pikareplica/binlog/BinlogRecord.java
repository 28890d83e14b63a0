package io.pikareplica.binlog;

/**
 * An item as the binlog and the wire carry it: its bytes, and the offset just behind it.
 *
 * @param end file and offset just behind the item's last byte on disk
 * @param item the 34-byte header and the content; not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // bytes to pass on, compared nowhere
public record BinlogRecord(BinlogOffset end, byte[] item) {}
