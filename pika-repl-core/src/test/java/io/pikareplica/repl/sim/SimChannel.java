package io.pikareplica.repl.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file, or folder, of a {@link SimDisk}; of no use after the end of its process. */
final class SimChannel extends FileChannel {
  private final SimDisk disk;
  private final SimNode node;
  private final Path path;
  private final boolean isAppending;
  private final int life;
  private long position;

  SimChannel(SimDisk disk, SimNode node, Path path, boolean isAppending) {
    this.disk = disk;
    this.node = node;
    this.path = path;
    this.isAppending = isAppending;
    life = disk.life();
  }

  private SimFile file() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (life != disk.life()) {
      throw new SimCrash();
    }
    disk.requireAlive();
    if (node instanceof SimFile file) {
      return file;
    }
    throw new IOException(path + " is a folder");
  }

  @Override
  public int read(ByteBuffer to) throws IOException {
    int read = read(to, position);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public int read(ByteBuffer to, long at) throws IOException {
    byte[] bytes = new byte[to.remaining()];
    int read = file().read(at, bytes, bytes.length);
    if (read > 0) {
      to.put(bytes, 0, read);
    }
    return read;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int written = write(from, isAppending ? size() : position);
    position += written;
    return written;
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    SimFile file = file();
    byte[] bytes = new byte[from.remaining()];
    from.get(from.position(), bytes);
    int written = disk.write(file, path, at, bytes);
    from.position(from.position() + written);
    return written;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    return file().length();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    disk.truncate(file(), path, size);
    position = Math.min(position, size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (life != disk.life()) {
      throw new SimCrash();
    }
    disk.force(node, path);
  }

  @Override
  protected void implCloseChannel() {
    // nothing is held
  }

  // ---- what nobody asks for

  @Override
  public long read(ByteBuffer[] to, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long at, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long at, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
