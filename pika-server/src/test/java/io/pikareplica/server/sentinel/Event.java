package io.pikareplica.server.sentinel;

import io.pikareplica.repl.HostPort;

/**
 * Something that a Sentinel has published.
 *
 * @param name such as {@code +sdown}
 * @param text what it is about, as Sentinel writes it
 * @param nanos when it arrived here, by {@link System#nanoTime}
 */
record Event(String name, String text, long nanos) {
  /** Whether it is about this node, and not only about one whose master the node is. */
  boolean isAbout(HostPort node) {
    String subject = text.contains(" @ ") ? text.substring(0, text.indexOf(" @ ")) : text;
    return (subject + " ").contains(" " + node.host() + " " + node.port() + " ");
  }

  boolean is(String event, TestNode node) {
    return name.equals(event) && isAbout(node.address());
  }

  @Override
  public String toString() {
    return name + " " + text;
  }
}
