/**
 * What a master offers to replicas, ours or Pika's own: replication on the port +2000, snapshot
 * files on +10001. One event loop owns all state; disks are read on other threads.
 */
package io.pikareplica.repl.master;
