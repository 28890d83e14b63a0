package io.pikareplica.storage;

/**
 * A command that cannot be carried out as it was given. A client gets {@link #getMessage()} as its
 * error reply; in a replicated item it stops that DB. Nothing of the command has taken effect.
 */
public final class CommandException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * @param reply the error reply without the minus sign, with its code in front
   */
  public CommandException(String reply) {
    super(reply, null, false, false);
  }

  public static CommandException wrongType() {
    return new CommandException(
        "WRONGTYPE Operation against a key holding the wrong kind of value");
  }

  public static CommandException notAnInteger() {
    return new CommandException("ERR value is not an integer or out of range");
  }

  public static CommandException notAFloat() {
    return new CommandException("ERR value is not a valid float");
  }

  public static CommandException syntax() {
    return new CommandException("ERR syntax error");
  }

  public static CommandException overflow() {
    return new CommandException("ERR increment or decrement would overflow");
  }

  public static CommandException arity(String command) {
    return new CommandException("ERR wrong number of arguments for '" + command + "' command");
  }
}
