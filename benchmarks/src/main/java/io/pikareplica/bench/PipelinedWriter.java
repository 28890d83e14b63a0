package io.pikareplica.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Writes to a node as fast as it takes it: SETs of 100 bytes over a million keys, 100 at once. A
 * program of its own, so that it can be given a priority of its own.
 */
public final class PipelinedWriter {
  private static final int KEYS = 1_000_000;
  private static final int BATCH = 100;
  private static final String VALUE = "v".repeat(100);

  private PipelinedWriter() {}

  /** Arguments: the node's port, and how many SETs. */
  public static void main(String[] args) throws IOException {
    Random random = new Random(7);
    long writes = Long.parseLong(args[1]);
    try (Wire wire = new Wire(Integer.parseInt(args[0]))) {
      for (long written = 0; written < writes; written += BATCH) {
        wire.send(batch(random));
        for (int i = 0; i < BATCH; i++) {
          wire.read();
        }
      }
    }
  }

  /** Starts it. */
  static JavaProcess start(Path folder, int nice, int port, long writes) throws IOException {
    return JavaProcess.start(
        folder,
        nice,
        List.of("-Xmx64m", "-XX:+UseSerialGC"),
        List.of(PipelinedWriter.class.getName(), Integer.toString(port), Long.toString(writes)));
  }

  private static byte[] batch(Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < BATCH; i++) {
      out.writeBytes(Wire.request("SET", "key:" + random.nextInt(KEYS), VALUE));
    }
    return out.toByteArray();
  }
}
