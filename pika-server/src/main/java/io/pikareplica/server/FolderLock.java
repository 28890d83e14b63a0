package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps a folder to one process, and to one node: a file in it is locked while the process lives
 * and names the node's port ever after. Opened before anything else in the folder is touched,
 * closed after all of it.
 */
final class FolderLock implements AutoCloseable {
  static final String FILE_NAME = "pika-replica.lock";

  private static final int LONGEST_FILE_BYTES = 256;
  private static final String PORT = "port ";
  private static final String PROCESS = "process ";

  private final FileChannel channel;
  private final FileLock lock;

  private FolderLock(FileChannel channel, FileLock lock) {
    this.channel = channel;
    this.lock = lock;
  }

  /**
   * Takes the folder for the node on a port; creates it where there is none.
   *
   * @param setting the setting that names the folder, for the message
   * @throws StartException when it belongs to another process or node, or cannot be written
   */
  static FolderLock take(Path folder, String setting, int port) throws StartException {
    Path file = folder.resolve(FILE_NAME);
    FileChannel channel = null;
    boolean isTaken = false;
    try {
      Files.createDirectories(folder);
      channel = FileChannel.open(file, CREATE, READ, WRITE);
      FileLock lock = tryLock(channel);
      String text = read(channel);
      if (lock == null) {
        throw StartException.blocked(
            folder
                + " is in use by another process"
                + value(text, PROCESS).map(id -> " (" + id + ")").orElse("")
                + "; stop it, or give this node its own "
                + setting);
      }
      Optional<String> owner = value(text, PORT);
      if (owner.isPresent() && !owner.get().equals(Integer.toString(port))) {
        throw StartException.badSetting(
            folder
                + " belongs to the node on port "
                + owner.get()
                + ", this one has port "
                + port
                + "; give this node its own "
                + setting
                + ", or, if that node moved here, delete "
                + file);
      }
      write(channel, PORT + port + "\n" + PROCESS + ProcessHandle.current().pid() + "\n");
      isTaken = true;
      return new FolderLock(channel, lock);
    } catch (IOException e) {
      throw StartException.blocked(folder + " cannot be used for " + setting + ": " + reason(e), e);
    } finally {
      if (!isTaken && channel != null) {
        closeQuietly(channel);
      }
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another node in this process
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(LONGEST_FILE_BYTES);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) > 0) {
      // until the end of the file, or of what is looked at
    }
    return UTF_8.decode(buffer.flip()).toString();
  }

  private static Optional<String> value(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst();
  }

  private static void write(FileChannel channel, String text) throws IOException {
    channel.truncate(0);
    channel.write(UTF_8.encode(text), 0);
    channel.force(true);
  }

  private static String reason(IOException e) {
    return e.getClass().getSimpleName() + " " + e.getMessage();
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // it was only read; what went wrong before is what counts
    }
  }

  /** Lets another process have the folder; the file stays and goes on naming the port. */
  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      // closing the channel releases it as well
    }
    closeQuietly(channel);
  }
}
