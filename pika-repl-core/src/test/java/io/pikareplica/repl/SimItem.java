package io.pikareplica.repl;

import io.pikareplica.binlog.BinlogItem;
import io.pikareplica.binlog.BinlogItemCodec;
import io.pikareplica.binlog.BinlogOffset;
import io.pikareplica.binlog.BlockFormat;
import io.pikareplica.binlog.RespContent;
import io.pikareplica.storage.Args;

/** An item as a master, or this node as a master, puts it into its binlog. */
@SuppressWarnings("ArrayRecordComponent") // bytes to pass on, compared nowhere
record SimItem(BinlogOffset end, byte[] bytes, Args args) {
  /** The item that follows an offset, in the next file when the current one is long enough. */
  static SimItem after(BinlogOffset start, Args args, long nowMs, long logicId, long fileBytes) {
    byte[] bytes =
        BinlogItemCodec.encode(
            new BinlogItem(
                (int) (nowMs / 1000),
                0,
                logicId,
                start.filenum(),
                start.offset(),
                RespContent.encode(args.from(0))));
    boolean rolls = start.offset() > fileBytes;
    BinlogOffset end =
        rolls
            ? new BinlogOffset(start.filenum() + 1, BlockFormat.endOf(0, bytes.length))
            : new BinlogOffset(start.filenum(), BlockFormat.endOf(start.offset(), bytes.length));
    return new SimItem(end, bytes, args);
  }
}
