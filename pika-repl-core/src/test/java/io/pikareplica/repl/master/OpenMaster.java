package io.pikareplica.repl.master;

import java.util.Optional;

/** Who a master without a password is. */
final class OpenMaster implements MasterIdentity {
  @Override
  public String runId() {
    return "r";
  }

  @Override
  public Optional<String> replicationId() {
    return Optional.of("i");
  }

  @Override
  public byte[] requirePass() {
    return new byte[0];
  }
}
