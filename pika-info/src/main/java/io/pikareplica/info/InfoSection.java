package io.pikareplica.info;

/** One section of INFO. Stateless. */
interface InfoSection {
  /** What a client asks for, in lower case. */
  String name();

  void render(InfoSource source, InfoWriter out);
}
