package io.pikareplica.server;

import io.pikareplica.storage.Args;

/** One call of a {@link ServerCommand}. */
record ServerCall(ServerContext server, ClientConnection client, Args args) {}
