package io.pikareplica.server;

import io.pikareplica.storage.CommandException;
import java.util.List;
import java.util.Map;

/**
 * What stands behind CONFIG. All texts are as clients send them, each char a byte. {@link #get} is
 * called on any thread, the others on one at a time.
 */
public interface Settings {
  /** Settings whose name matches one of the patterns, as they are now, each once. */
  List<Map.Entry<String, String>> get(List<String> globs);

  /**
   * Changes all of the given settings, or none.
   *
   * @throws CommandException with the error reply when one of them is unknown, bad or fixed
   */
  void set(Map<String, String> values) throws CommandException;

  /**
   * Writes what is set now, the role included, to the configuration file. May wait for the disk.
   *
   * @throws CommandException with the error reply when there is no file or it cannot be written
   */
  void rewrite() throws CommandException;
}
