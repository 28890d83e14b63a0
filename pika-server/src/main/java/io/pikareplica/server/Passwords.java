package io.pikareplica.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Compares passwords in a time that says nothing about them, their length included. */
final class Passwords {
  private Passwords() {}

  /** Both as texts whose chars are bytes. */
  static boolean match(String wanted, String given) {
    return MessageDigest.isEqual(
        digest(wanted.getBytes(ISO_8859_1)), digest(given.getBytes(ISO_8859_1)));
  }

  private static byte[] digest(byte[] text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
