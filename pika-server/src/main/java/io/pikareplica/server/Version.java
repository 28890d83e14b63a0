package io.pikareplica.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which build this is. */
final class Version implements IVersionProvider {
  private static final String RESOURCE = "/version.properties";

  /** The build's version; {@code development} where Maven did not build it. */
  static String current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream(RESOURCE)) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String version = properties.getProperty("version");
    return version.startsWith("$") ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "pika-replica " + current(),
      "follows Pika 4.0 masters; Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }
}
