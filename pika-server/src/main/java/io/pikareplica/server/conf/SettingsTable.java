package io.pikareplica.server.conf;

import static io.pikareplica.server.conf.ChoiceType.choice;
import static io.pikareplica.server.conf.NumberType.number;
import static io.pikareplica.server.conf.NumberType.size;
import static io.pikareplica.server.conf.TextType.password;
import static io.pikareplica.server.conf.TextType.text;

import io.pikareplica.repl.HostPort;
import io.pikareplica.server.conf.Setting.Change;
import io.pikareplica.server.conf.Setting.Group;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Every setting that has an effect here: the one place that file, command line, CONFIG and the help
 * are driven by. Ranges, and what Pika takes instead of a value out of range, follow
 * src/pika_conf.cc, PikaConf::Load.
 */
public final class SettingsTable {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final List<Setting<?>> TABLE = new ArrayList<>();

  public static final Setting<Long> PORT =
      pika(
          "port",
          number(1, 65535),
          "9221",
          Group.NETWORK,
          Change.START,
          "the port for clients; replicas of this node use port+2000 and port+10001");
  public static final Setting<String> BIND =
      ours(
          "bind",
          text("ADDRESS..."),
          "",
          Group.NETWORK,
          Change.START,
          "addresses to listen on, separated by blanks; 0.0.0.0 for all. Without it and without"
              + " network-interface: 127.0.0.1 only");
  public static final Setting<String> NETWORK_INTERFACE =
      pika(
          "network-interface",
          text("NAME"),
          "",
          Group.NETWORK,
          Change.START,
          "listen on the addresses of this interface and on 127.0.0.1");
  public static final Setting<Long> TIMEOUT =
      pika(
          "timeout",
          number(0, Integer.MAX_VALUE).pikaTakes(60, 60),
          "60",
          "seconds",
          Group.NETWORK,
          Change.RUNTIME,
          "an idle client is disconnected after this; 0 for never");
  public static final Setting<Long> MAXCLIENTS =
      pika(
          "maxclients",
          number(1, 1_000_000).pikaTakes(20_000, 1_000_000),
          "20000",
          Group.NETWORK,
          Change.RUNTIME,
          "client connections at the same time");

  public static final Setting<String> REQUIREPASS =
      pika(
          "requirepass",
          password(),
          "",
          Group.ACCESS,
          Change.RUNTIME,
          "the password that clients must give; empty for none");
  public static final Setting<String> MASTERAUTH =
      pika("masterauth", password(), "", Group.ACCESS, Change.RUNTIME, "the master's requirepass");

  public static final Setting<Long> DATABASES =
      pika(
          "databases",
          number(1, 8),
          "1",
          Group.DATA,
          Change.START,
          "number of DBs, db0 to db7; must be the master's");
  public static final Setting<Long> DB_INSTANCE_NUM =
      pika(
          "db-instance-num",
          number(1, 1024),
          "3",
          Group.DATA,
          Change.START,
          "RocksDB instances of each DB; must be the master's");
  public static final Setting<Long> DEFAULT_SLOT_NUM =
      pika(
          "default-slot-num",
          number(1, 1 << 20),
          "1024",
          Group.DATA,
          Change.START,
          "hash slots that keys are dealt to instances by; must be the master's");
  public static final Setting<String> DB_PATH =
      pika("db-path", text("FOLDER"), "./db/", Group.DATA, Change.START, "where the data lies");
  public static final Setting<String> LOG_PATH =
      pika("log-path", text("FOLDER"), "./log/", Group.DATA, Change.START, "where the binlog lies");
  public static final Setting<String> DB_SYNC_PATH =
      pika(
          "db-sync-path",
          text("FOLDER"),
          "./dbsync/",
          Group.DATA,
          Change.START,
          "where a full sync arrives; on the file system of db-path");
  public static final Setting<Long> WRITE_BUFFER_SIZE =
      pika(
          "write-buffer-size",
          size(64 << 10, 4 * GIB).pikaTakes(256 * MIB, 4 * GIB),
          "64M",
          Group.DATA,
          Change.START,
          "memtable of one RocksDB instance, all families together");
  public static final Setting<String> COMPRESSION =
      pika(
          "compression",
          choice("snappy", "none", "zlib", "lz4", "zstd"),
          "snappy",
          Group.DATA,
          Change.START,
          "none, or anything else for snappy, which every Pika can read");
  public static final Setting<String> FSYNC =
      ours(
          "fsync",
          choice("no", "everysec", "always"),
          "everysec",
          Group.DATA,
          Change.START,
          "when data is forced to disk: no leaves it to the system, as Pika does; always: before"
              + " each acknowledgement");

  public static final Setting<Optional<HostPort>> SLAVEOF =
      new Builder<>("slaveof", new AddressType(), "")
          .alias("replicaof")
          .add(Group.REPLICATION, Change.COMMAND, "the master to follow; without it: a master");
  public static final Setting<Long> REPL_TIMEOUT =
      ours(
          "repl-timeout",
          number(5, 86_400),
          "20",
          "seconds",
          Group.REPLICATION,
          Change.RUNTIME,
          "silence after which the link to the master is given up: 20 as in Pika, where Redis's"
              + " default would be 60");
  public static final Setting<Long> REPL_PING_REPLICA_PERIOD =
      new Builder<>("repl-ping-replica-period", number(1, 6), "2")
          .alias("repl-ping-slave-period")
          .isOurs()
          .unit("seconds")
          .add(
              Group.REPLICATION,
              Change.RUNTIME,
              "silence after which a replica of this node gets a ping: 2 as in Pika, whose"
                  + " replicas give up after 20; with Redis's default, 10, one lost ping would do");
  public static final Setting<Long> BINLOG_FILE_SIZE =
      pika(
          "binlog-file-size",
          size(1024, GIB).pikaTakes(100 * MIB, 100 * MIB),
          "100M",
          Group.REPLICATION,
          Change.START,
          "size at which a binlog file is rolled; must be the master's");
  public static final Setting<Long> EXPIRE_LOGS_NUMS =
      pika(
          "expire-logs-nums",
          number(10, 1_000_000).pikaTakes(10, 1_000_000),
          "10",
          Group.REPLICATION,
          Change.RUNTIME,
          "binlog files that are kept of each DB");
  public static final Setting<Long> EXPIRE_LOGS_DAYS =
      pika(
          "expire-logs-days",
          number(1, 36_500).pikaTakes(1, 36_500),
          "7",
          "days",
          Group.REPLICATION,
          Change.RUNTIME,
          "how long binlog files are kept");
  public static final Setting<Long> MAX_CONN_RBUF_SIZE =
      pika(
          "max-conn-rbuf-size",
          size(64 * MIB, GIB).pikaTakes(64 * MIB, GIB),
          "256M",
          Group.REPLICATION,
          Change.START,
          "the largest message between nodes, which cannot be longer than 512M; must be the"
              + " master's");
  public static final Setting<Long> SYNC_WINDOW_SIZE =
      pika(
          "sync-window-size",
          number(1, 90_000).pikaTakes(9_000, 90_000),
          "9000",
          Group.REPLICATION,
          Change.START,
          "commands sent to a replica of this node before it has acknowledged them");
  public static final Setting<Long> APPLY_QUEUE_SIZE =
      ours(
          "apply-queue-size",
          size(64 << 10, 16 * GIB),
          "64M",
          Group.REPLICATION,
          Change.START,
          "what may wait to be applied to one DB before reading from the master pauses");
  public static final Setting<Long> THROTTLE =
      pika(
          "throttle-bytes-per-second",
          size(1024, 2 * GIB - 1).pikaTakes(200 * MIB, 2 * GIB - 1),
          "207200000",
          Group.REPLICATION,
          Change.RUNTIME,
          "speed limit of a full sync");
  public static final Setting<Long> RSYNC_TIMEOUT =
      pika(
          "rsync-timeout-ms",
          number(1, 3_600_000).pikaTakes(1000, 3_600_000),
          "1000",
          "milliseconds",
          Group.REPLICATION,
          Change.RUNTIME,
          "wait for one chunk of a full sync before it is asked for again");
  public static final Setting<Long> MAX_RSYNC_PARALLEL_NUM =
      pika(
          "max-rsync-parallel-num",
          number(1, 4).pikaTakes(4, 4),
          "4",
          Group.REPLICATION,
          Change.START,
          "files fetched at once in a full sync");
  public static final Setting<String> ON_DIVERGENCE =
      ours(
          "on-divergence",
          choice("full-sync", "stop"),
          "full-sync",
          Group.REPLICATION,
          Change.RUNTIME,
          "when the master's history is not ours: take over its data, or stop until a person"
              + " decides (SLAVEOF … force, DBSLAVEOF … force)");
  public static final Setting<Long> DIVERGENCE_KEEP =
      ours(
          "divergence-keep",
          number(0, 100),
          "1",
          Group.REPLICATION,
          Change.RUNTIME,
          "how often, for each DB, data and binlog that diverged and were replaced are kept, in"
              + " db-path/diverged; older ones are deleted; 0 for never");
  public static final Setting<Long> REPL_PORT_SHIFT =
      ours(
          "repl-port-shift",
          number(1, 65_534),
          "2000",
          Group.REPLICATION,
          Change.START,
          "added to a client port, ours or the master's, for its replication port");
  public static final Setting<Long> RSYNC_PORT_SHIFT =
      ours(
          "rsync-port-shift",
          number(1, 65_534),
          "10001",
          Group.REPLICATION,
          Change.START,
          "added to a client port, ours or the master's, for its full sync port");

  public static final Setting<Long> PRIORITY =
      new Builder<>("slave-priority", number(0, Integer.MAX_VALUE), "100")
          .alias("replica-priority")
          .add(
              Group.SENTINEL,
              Change.RUNTIME,
              "lower is promoted first by Redis Sentinel; 0 is never promoted");
  public static final Setting<String> ANNOUNCE_IP =
      new Builder<>("replica-announce-ip", text("ADDRESS"), "")
          .alias("slave-announce-ip")
          .isOurs()
          .add(
              Group.SENTINEL,
              Change.RUNTIME,
              "the address told to the master; empty: the local one of the link");
  public static final Setting<Long> ANNOUNCE_PORT =
      new Builder<>("replica-announce-port", number(0, 65_535), "0")
          .alias("slave-announce-port")
          .isOurs()
          .add(Group.SENTINEL, Change.RUNTIME, "the port told to the master; 0: port");
  public static final Setting<Boolean> ANNOUNCED =
      ours(
          "replica-announced",
          new YesNoType(),
          "yes",
          Group.SENTINEL,
          Change.RUNTIME,
          "whether Sentinels are to know this replica");
  public static final Setting<String> LINK_DOWN_CLOCK =
      ours(
          "link-down-clock",
          choice("connection", "last-io"),
          "connection",
          Group.SENTINEL,
          Change.RUNTIME,
          "what master_link_down_since_seconds counts from: the loss of the link, as in Redis, or"
              + " the last message before it, which is up to repl-timeout earlier");
  public static final Setting<String> INFO_OFFSET =
      new Builder<>(
              "info-offset",
              choice("redis-order", "pika-exact")
                  .withSynonym("redis", "redis-order")
                  .withSynonym("pika", "pika-exact"),
              "redis-order")
          .alias("repl-offset-compat")
          .isOurs()
          .add(
              Group.SENTINEL,
              Change.RUNTIME,
              "slave_repl_offset: redis-order never goes back; pika-exact is Pika's number to the"
                  + " byte, which goes back when a long binlog file ends, so that Sentinel may"
                  + " choose the wrong replica then");
  public static final Setting<Boolean> INFO_STRICT_REDIS =
      ours(
          "info-strict-redis",
          new YesNoType(),
          "no",
          Group.SENTINEL,
          Change.RUNTIME,
          "print Pika's dbN: lines of INFO replication as pika_dbN_state and pika_dbN_binlog, for"
              + " tools that take every dbN for keys, such as Datadog");
  public static final Setting<Boolean> INFO_PIKA_BINLOG =
      ours(
          "info-pika-binlog",
          new YesNoType(),
          "no",
          Group.SENTINEL,
          Change.RUNTIME,
          "print each DB's binlog offset once more in the form that pika_exporter looks for");
  public static final Setting<Boolean> REFUSE_UNSAFE_PROMOTION =
      ours(
          "refuse-unsafe-promotion",
          new YesNoType(),
          "yes",
          Group.SENTINEL,
          Change.RUNTIME,
          "refuse SLAVEOF NO ONE while the data is not a whole image of the master's");

  public static final Setting<Long> PROTO_MAX_BULK_LEN =
      ours(
          "proto-max-bulk-len",
          size(MIB, 512 * MIB),
          "512M",
          Group.LIMITS,
          Change.START,
          "the longest word of a client's request; never more than an eighth of the Java heap, or"
              + " than max-conn-rbuf-size less 20M: it has to reach replicas");
  public static final Setting<Long> CLIENT_QUERY_BUFFER_LIMIT =
      ours(
          "client-query-buffer-limit",
          size(MIB, 4 * GIB),
          "1G",
          Group.LIMITS,
          Change.START,
          "the longest request, all its words together; never more than a sixth of the Java heap, or"
              + " than max-conn-rbuf-size less 19M");
  public static final Setting<MemoryShare> MAXMEMORY_CLIENTS =
      ours(
          "maxmemory-clients",
          new ShareType(),
          "25%",
          Group.LIMITS,
          Change.RUNTIME,
          "what all clients together may take, requests and replies, before the largest is"
              + " disconnected; in % of the Java heap; 0 for no limit");
  public static final Setting<Long> PUBSUB_OUTPUT_BUFFER_LIMIT =
      ours(
          "pubsub-output-buffer-limit",
          size(MIB, 4 * GIB),
          "32M",
          Group.LIMITS,
          Change.RUNTIME,
          "what may wait for a subscriber that does not read before it is disconnected");
  public static final Setting<Boolean> ENABLE_DEBUG_COMMAND =
      ours(
          "enable-debug-command",
          new YesNoType(),
          "no",
          Group.LIMITS,
          Change.START,
          "whether DEBUG SLEEP works, for tests");
  public static final Setting<Long> SLOWLOG_SLOWER_THAN =
      pika(
          "slowlog-log-slower-than",
          number(-1, Integer.MAX_VALUE),
          "10000",
          "microseconds",
          Group.LIMITS,
          Change.RUNTIME,
          "commands that take longer are kept in SLOWLOG; -1 for none");
  public static final Setting<Long> SLOWLOG_MAX_LEN =
      pika(
          "slowlog-max-len",
          number(1, 100_000).pikaTakes(128, 100_000),
          "128",
          Group.LIMITS,
          Change.RUNTIME,
          "entries that SLOWLOG keeps");
  public static final Setting<String> LOGLEVEL =
      pika(
          "loglevel",
          choice("debug", "verbose", "info", "notice", "warning", "error", "fatal"),
          "info",
          Group.LIMITS,
          Change.START,
          "what is written to standard output");

  private static final Map<String, Setting<?>> BY_NAME = byName();

  private SettingsTable() {}

  /** All of them, in the order in which help shows them. */
  public static List<Setting<?>> all() {
    return List.copyOf(TABLE);
  }

  /** The setting of that name or alias; capitals don't matter. */
  static Optional<Setting<?>> find(String name) {
    return Optional.ofNullable(BY_NAME.get(name.toLowerCase(Locale.ROOT)));
  }

  private static Map<String, Setting<?>> byName() {
    Map<String, Setting<?>> map = new HashMap<>();
    for (Setting<?> setting : TABLE) {
      map.put(setting.name(), setting);
      setting.aliases().forEach(alias -> map.put(alias, setting));
    }
    return Map.copyOf(map);
  }

  private static <T> Setting<T> pika(
      String name, ValueType<T> type, String value, Group group, Change change, String help) {
    return new Builder<>(name, type, value).add(group, change, help);
  }

  private static <T> Setting<T> pika(
      String name,
      ValueType<T> type,
      String value,
      String unit,
      Group group,
      Change change,
      String help) {
    return new Builder<>(name, type, value).unit(unit).add(group, change, help);
  }

  private static <T> Setting<T> ours(
      String name, ValueType<T> type, String value, Group group, Change change, String help) {
    return new Builder<>(name, type, value).isOurs().add(group, change, help);
  }

  private static <T> Setting<T> ours(
      String name,
      ValueType<T> type,
      String value,
      String unit,
      Group group,
      Change change,
      String help) {
    return new Builder<>(name, type, value).isOurs().unit(unit).add(group, change, help);
  }

  /** Puts one row together; used while this class is loaded. */
  private static final class Builder<T> {
    private final String name;
    private final ValueType<T> type;
    private final String defaultText;
    private final List<String> aliases = new ArrayList<>();
    private String unit = "";
    private boolean isOurs;

    Builder(String name, ValueType<T> type, String defaultText) {
      this.name = name;
      this.type = type;
      this.defaultText = defaultText;
    }

    Builder<T> alias(String alias) {
      aliases.add(alias);
      return this;
    }

    Builder<T> unit(String unit) {
      this.unit = unit;
      return this;
    }

    Builder<T> isOurs() {
      isOurs = true;
      return this;
    }

    Setting<T> add(Group group, Change change, String help) {
      Setting<T> setting =
          new Setting<>(
              name, List.copyOf(aliases), type, defaultText, unit, group, help, change, isOurs);
      TABLE.add(setting);
      return setting;
    }
  }
}
