/**
 * The bytes between a Redis client and the port: requests in, replies out. No channel, no thread,
 * no state beyond one decoder per connection.
 */
package io.pikareplica.server.resp;
