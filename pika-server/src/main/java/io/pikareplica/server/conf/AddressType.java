package io.pikareplica.server.conf;

import io.pikareplica.repl.HostPort;
import java.util.Optional;

/** A master's address: {@code host:port} as Pika writes it, or {@code host port} as Redis does. */
record AddressType() implements ValueType<Optional<HostPort>> {
  @Override
  public Optional<HostPort> parse(String text) {
    if (text.isEmpty() || text.equalsIgnoreCase("no one")) {
      return Optional.empty();
    }
    int blank = text.indexOf(' ');
    int cut = blank > 0 ? blank : text.lastIndexOf(':');
    String host = cut > 0 ? text.substring(0, cut).strip() : "";
    String port = cut > 0 ? text.substring(cut + 1).strip() : "";
    if (!host.matches("[!-~]+") || !port.matches("[0-9]{1,5}")) {
      throw bad(text);
    }
    int number = Integer.parseInt(port);
    if (number < 1 || number > 65535) {
      throw bad(text);
    }
    return Optional.of(new HostPort(host, number));
  }

  private BadValueException bad(String text) {
    return new BadValueException("'" + text + "' must be " + words(), "Invalid master address");
  }

  @Override
  public String words() {
    return "the master's host:port, such as 192.168.1.2:9221";
  }

  @Override
  public String placeholder() {
    return "HOST:PORT";
  }

  @Override
  public String show(Optional<HostPort> value) {
    return value.map(HostPort::toString).orElse("");
  }
}
