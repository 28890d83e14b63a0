package io.pikareplica.storage.cmd;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.codec.DataType;
import io.pikareplica.storage.codec.HyperLogLog;
import io.pikareplica.storage.codec.MetaRecord;
import io.pikareplica.storage.codec.StringRecord;
import java.util.List;
import java.util.Optional;

/**
 * HyperLogLogs: strings with a marker (src/pika_hyperloglog.cc, S/storage.cc). A PFMERGE reaches
 * replicas as a SET, which loses the marker; so a string without it passes for one where it can be
 * one (S-15).
 */
final class HyperLogLogCommands {
  private static final int MAX_ARGUMENTS = 254;
  private static final byte[] SET = "set".getBytes(US_ASCII);

  private HyperLogLogCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.HYPERLOGLOG)
        .write("pfadd", -2, HyperLogLogCommands::pfadd)
        .writeKeys("pfmerge", -2, 1, -1, 1, HyperLogLogCommands::pfmerge)
        .readKeys("pfcount", -2, 1, -1, 1, HyperLogLogCommands::pfcount)
        .commands();
  }

  /** Without values the counter is reset, as in Pika. Clears the expiry in any case. */
  private static Reply pfadd(WriteContext context, Args args) throws CommandException {
    byte[] key = args.get(1);
    List<byte[]> values = args.from(2);
    checkNumber(values.size());
    Optional<HyperLogLog> found = read(context, key);
    HyperLogLog log = found.orElseGet(() -> HyperLogLog.of(new byte[0]));
    int before = log.estimate();
    if (values.isEmpty()) {
      store(context, key, new byte[0]);
      return Reply.of(before != 0 || found.isEmpty());
    }
    values.forEach(log::add);
    store(context, key, log.registers());
    return Reply.of(log.estimate() != before);
  }

  private static Reply pfcount(ReadContext context, Args args) throws CommandException {
    checkNumber(args.size() - 1);
    return Reply.of(merged(context, args.from(1)).estimate());
  }

  /** Logged as the SET that Pika makes of it. A target of another type is overwritten. */
  private static Reply pfmerge(WriteContext context, Args args) throws CommandException {
    checkNumber(args.size() - 1);
    byte[] key = args.get(1);
    boolean isCounter = Keys.live(context, key).flatMap(HyperLogLogCommands::value).isPresent();
    HyperLogLog result = merged(context, isCounter ? args.from(1) : args.from(2));
    byte[] registers = result.isEmpty() ? new byte[0] : result.registers();
    store(context, key, registers);
    context.log(SET, key, registers);
    return Reply.OK;
  }

  private static HyperLogLog merged(ReadContext context, List<byte[]> keys)
      throws CommandException {
    HyperLogLog all = HyperLogLog.of(new byte[0]);
    for (byte[] key : keys) {
      read(context, key).ifPresent(all::merge);
    }
    return all;
  }

  private static void checkNumber(int arguments) throws CommandException {
    if (arguments > MAX_ARGUMENTS) {
      throw new CommandException("ERR Invalid argument: Invalid the number of key");
    }
  }

  /**
   * The counter under a key; empty when absent.
   *
   * @throws CommandException for a live key of another type, and for a string that is none, dead or
   *     alive
   */
  private static Optional<HyperLogLog> read(ReadContext context, byte[] key)
      throws CommandException {
    Optional<MetaRecord> record = Keys.record(context.rows(key), key);
    Optional<MetaRecord> live = record.filter(found -> found.isLive(context.nowMs()));
    Optional<byte[]> value = record.flatMap(HyperLogLogCommands::value);
    if (record.isPresent() && record.get().type() == DataType.STRING && value.isEmpty()) {
      throw Keys.wrongType(key, ",expect type: hyperloglog get", DataType.STRING);
    }
    if (live.filter(Keys::isNoStream).isPresent() && value.isEmpty()) {
      throw Keys.wrongType(key, ", expect type: hyperloglog get", live.get().type());
    }
    return live.isPresent() ? value.map(HyperLogLog::of) : Optional.empty();
  }

  /** The registers in a string, marked or not: a merge of nothing leaves an empty one. */
  private static Optional<byte[]> value(MetaRecord record) {
    return Optional.of(record)
        .filter(found -> found.type() == DataType.STRING)
        .map(found -> ((StringRecord) found).value())
        .filter(value -> value.length == 0 || HyperLogLog.isRegisters(value));
  }

  private static void store(WriteContext context, byte[] key, byte[] registers) {
    WritableKey.overwrite(
        context, key, new StringRecord(registers, true, context.nowMs(), MetaRecord.NO_EXPIRY));
  }
}
