/**
 * Pika's length-prefixed protobuf frames over Netty, the checks on what arrives in them, and the
 * connection to a master. Everything here runs on event loops and never waits.
 */
package io.pikareplica.repl.net;
