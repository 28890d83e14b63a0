package io.pikareplica.server;

/** How the process ends. */
final class ExitCode {
  static final int OK = 0;

  /** It could not start, or not go on; the last line says why. */
  static final int FAILED = 1;

  /** Settings or command line are wrong; nothing was touched. */
  static final int BAD_SETTINGS = 2;

  private ExitCode() {}
}
