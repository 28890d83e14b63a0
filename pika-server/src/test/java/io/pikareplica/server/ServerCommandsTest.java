package io.pikareplica.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikareplica.server.CommandFixture.Client;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the server's own commands answer. */
final class ServerCommandsTest {
  @TempDir Path folder;
  private CommandFixture server;
  private Client client;

  @BeforeEach
  void open() {
    server = new CommandFixture(folder);
    client = server.client();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " | ",
      quoteCharacter = '`',
      value = {
        "PING | +PONG",
        "ping hello | $5 hello",
        "PING a b | -ERR wrong number of arguments for 'ping' command",
        "ECHO x | $1 x",
        "ECHO | -ERR wrong number of arguments for 'echo' command",
        "SELECT 1 | +OK",
        "SELECT 2 | -ERR DB index is out of range",
        "SELECT -1 | -ERR DB index is out of range",
        "SELECT x | -ERR value is not an integer or out of range",
        "HELLO 4 | -NOPROTO unsupported protocol version",
        "HELLO x | -ERR Protocol version is not an integer or out of range",
        "HELLO 3 FOO | -ERR Syntax error in HELLO option 'FOO'",
        "RESET | +RESET",
        "READONLY | +OK",
        "READWRITE | +OK",
        "CLUSTER INFO | -ERR This instance has cluster support disabled",
        "MODULE LIST | *0",
        "LATENCY LATEST | *0",
        "LATENCY HISTOGRAM | *0",
        "LATENCY RESET | :0",
        "ACL WHOAMI | $7 default",
        "SLOWLOG LEN | :0",
        "SLOWLOG GET 1 | *0",
        "SLOWLOG RESET | +OK",
        "CLIENT GETNAME | $-1",
        "CLIENT ID | :1",
        "CLIENT SETINFO lib-name jedis | +OK",
        "CLIENT SETINFO foo x | -ERR Unrecognized option 'foo'",
        "CLIENT FOO | -ERR unknown subcommand 'FOO'. Try CLIENT HELP.",
        "CLIENT KILL 1.2.3.4:5 | -ERR No such client",
        "CLIENT KILL TYPE foo | -ERR Unknown client type 'foo'",
        "CLIENT KILL ID 0 | -ERR client-id should be greater than 0",
        "CLIENT KILL ID 99 | :0",
        "CLIENT KILL TYPE slave | :0",
        "CLIENT KILL USER nobody | -ERR No such user 'nobody'",
        "CLIENT KILL TYPE normal ID | -ERR syntax error",
        "CLIENT KILL | -ERR wrong number of arguments for 'client|kill' command",
        "CLIENT NO-EVICT on | +OK",
        "CLIENT TRACKING off | +OK",
        "COMMAND FOO | -ERR unknown subcommand 'FOO'. Try COMMAND HELP.",
        "COMMAND INFO ping nosuch | *2 *10 $4 ping :-1 *3 +fast +loading +stale :0 :0 :0 *0 *0 *0"
            + " *0 $-1",
        "COMMAND GETKEYS RPUSH a b c | *1 $1 a",
        "COMMAND GETKEYS PING x | -ERR The command has no key arguments",
        "COMMAND GETKEYS NOSUCH x | -ERR Invalid command specified",
        "CONFIG GET maxclients | *2 $10 maxclients $5 20000",
        "CONFIG GET nosuch | *0",
        "CONFIG SET maxclients 5 | +OK",
        "CONFIG SET nosuch 5 | -ERR Unknown option or number of arguments for CONFIG SET",
        "CONFIG SET maxclients 5 maxclients | -ERR syntax error",
        "CONFIG SET | -ERR wrong number of arguments for 'config|set' command",
        "CONFIG REWRITE | +OK",
        "CONFIG RESETSTAT | +OK",
        "INFO a b | $11 info [a, b]",
        "INFO | $7 info []",
        "DEBUG SLEEP 1 | -ERR DEBUG command not allowed. Set enable-debug-command to yes to allow"
            + " it.",
        "SHUTDOWN ABORT | -ERR No shutdown in progress.",
        "SHUTDOWN NOW! | -ERR syntax error",
        "SHUTDOWN SAVE NOSAVE | -ERR syntax error",
        "OBJECT ENCODING nokey | $-1",
        "OBJECT FREQ nokey | $-1",
        "MEMORY USAGE nokey | $-1",
        "PUBLISH c m | :0",
        "PUBSUB CHANNELS | *0",
        "PUBSUB NUMSUB a | *2 $1 a :0",
        "PUBSUB NUMPAT | :0",
        "AUTH x | -ERR AUTH <password> called without any password configured for the default user."
            + " Are you sure your configuration is correct?",
        "AUTH default x | +OK",
        "AUTH other x | -WRONGPASS invalid username-password pair or user is disabled.",
        "FAILOVER | `-ERR unknown command 'FAILOVER', with args beginning with: `",
        "PSYNC ? -1 | `-ERR unknown command 'PSYNC', with args beginning with: '?' '-1' `",
        "padding x | `-ERR unknown command 'padding', with args beginning with: 'x' `",
        "WAIT 0 0 | :0",
        "WAIT 1 20 | :0",
        "WAIT 1 -1 | -ERR timeout is negative",
        "ROLE | *3 $6 master :0 *0",
        "SLAVEOF NO ONE | +OK",
        "SLAVEOF host 70000 | -ERR Invalid master port",
        "SLAVEOF host x | -ERR Invalid master port",
        "SLAVEOF host 0 | -ERR Invalid master port",
        "SLAVEOF ho#st 1 | -ERR Invalid master host",
        "SLAVEOF 127.0.0.1 9221 | -ERR The master ip:port and the slave ip:port are the same",
        "SLAVEOF host 1 foo | -ERR wrong number of arguments for 'slaveof' command",
        "DBSLAVEOF db0 | -ERR Not currently a slave",
        "DBSLAVEOF db7 | -ERR Invalid db name",
        "DBSLAVEOF db0 a b | -ERR value is not an integer or out of range",
        "DBSLAVEOF db0 1 -1 | -ERR value is not an integer or out of range",
        "DBSLAVEOF db0 no | -ERR syntax error",
        "SLAVEOF host | -ERR wrong number of arguments for 'slaveof' command",
      })
  void answers(String line, String reply) throws IOException {
    assertThat(client.say(line)).isEqualTo(reply);
  }

  @Test
  void followsWithOneDb() throws IOException {
    server.replication.follow("10.0.0.1", 9221);
    assertThat(client.say("DBSLAVEOF db0 4294967295 7")).isEqualTo("+OK");
    assertThat(client.say("DBSLAVEOF DB1 no one")).isEqualTo("-ERR db1 is NO_ONE");
    assertThat(client.say("DBSLAVEOF db1 force")).isEqualTo("-ERR db1 is FORCE");
    assertThat(client.say("DBSLAVEOF db1 1 7")).isEqualTo("-ERR db1 is OFFSET");
    assertThat(client.say("DBSLAVEOF db1")).isEqualTo("-ERR db1 is FOLLOW");
  }

  @Test
  void shortensWhatItSaysOfAnUnknownCommand() throws IOException {
    String reply = client.ask("x".repeat(300), "y".repeat(300), "z");
    assertThat(reply)
        .isEqualTo(
            "-ERR unknown command '"
                + "x".repeat(128)
                + "', with args beginning with: '"
                + "y".repeat(128)
                + "' ");
  }

  @Test
  void speaksResp3AfterHello3() throws IOException {
    assertThat(client.say("HELLO 3 SETNAME me"))
        .isEqualTo(
            "%7 $6 server $5 redis $7 version $5 7.2.0 $5 proto :3 $2 id :1 $4 mode $10 standalone"
                + " $4 role $6 master $7 modules *0");
    assertThat(client.say("CLIENT GETNAME")).isEqualTo("$2 me");
    assertThat(client.say("CONFIG GET maxclients")).isEqualTo("%1 $10 maxclients $5 20000");
    assertThat(client.say("OBJECT ENCODING nokey")).isEqualTo("_");
    assertThat(client.say("SUBSCRIBE c")).isEqualTo(">3 $9 subscribe $1 c :1");
    assertThat(client.say("PUBLISH c m")).isEqualTo(">3 $7 message $1 c $1 m");
    assertThat(client.reply()).isEqualTo(":1");
    assertThat(client.say("RESET")).isEqualTo("+RESET");
    assertThat(client.say("CLIENT GETNAME")).isEqualTo("$-1");
  }

  @Test
  void letsNothingThroughWithoutThePassword() throws IOException {
    server.settings(ServerSettings.DEFAULT.withRequirePass("secret"));
    client = server.client();
    assertThat(client.say("PING")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(client.say("NOSUCH")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(client.say("HELLO 3")).startsWith("-NOAUTH HELLO must be called");
    assertThat(client.say("AUTH wrong")).startsWith("-WRONGPASS ");
    assertThat(client.say("PING")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(client.say("AUTH default secret")).isEqualTo("+OK");
    assertThat(client.say("PING")).isEqualTo("+PONG");
    assertThat(client.say("RESET")).isEqualTo("+RESET");
    assertThat(client.say("PING")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(client.say("HELLO 2 AUTH default secret")).startsWith("*14 ");
    assertThat(client.say("PING")).isEqualTo("+PONG");
  }

  @Test
  void keepsClientsThatWereThereWhenAPasswordIsSet() throws IOException {
    assertThat(client.say("PING")).isEqualTo("+PONG");
    server.settings(ServerSettings.DEFAULT.withRequirePass("secret"));
    assertThat(client.say("PING")).isEqualTo("+PONG");
  }

  @Test
  void takesLongRequestsOnlyAfterThePassword() throws IOException {
    server.settings(ServerSettings.DEFAULT.withRequirePass("secret"));
    client = server.client();
    String big = RawClient.request("ECHO", "x".repeat(20_000));
    assertThat(client.send(RawClient.request("AUTH", "secret") + big).reply()).isEqualTo("+OK");
    assertThat(client.reply()).endsWith("x");
    Client another = server.client();
    assertThat(another.send(big).reply())
        .isEqualTo("-ERR Protocol error: unauthenticated bulk length");
    assertThat(another.isOpen()).isFalse();
  }

  @Test
  void answersWhatCameBeforeAProtocolErrorAndThenEnds() throws IOException {
    client.send("PING\r\n*1\r\n$4\r\nPING\r\n*1\r\nGET\r\nPING\r\n");
    assertThat(client.reply()).isEqualTo("+PONG");
    assertThat(client.reply()).isEqualTo("+PONG");
    assertThat(client.reply()).isEqualTo("-ERR Protocol error: expected '$', got 'G'");
    assertThat(client.isOpen()).isFalse();
    assertThat(client.isQuiet()).isTrue();
  }

  @Test
  void endsAfterQuit() throws IOException {
    assertThat(client.send("QUIT\r\nPING\r\n").reply()).isEqualTo("+OK");
    assertThat(client.isOpen()).isFalse();
    Assertions.assertThatThrownBy(() -> client.reply()).isInstanceOf(EOFException.class);
  }

  @Test
  void listsClientsAsRedisDoes() throws IOException {
    client.say("CLIENT SETNAME me");
    client.say("CLIENT SETINFO lib-ver 1.2");
    assertThat(client.say("CLIENT SETNAME a\tb")).startsWith("-ERR Client names cannot contain");
    assertThat(client.say("CLIENT INFO"))
        .matches(
            "\\$\\d+ id=1 addr=\\S* laddr=\\S* fd=-1 name=me age=0 idle=0 flags=N db=0 sub=0 psub=0"
                + " ssub=0 multi=-1 .*cmd=client\\|info user=default redir=-1 resp=2 lib-name="
                + " lib-ver=1.2\n");
    Client subscriber = server.client();
    subscriber.say("SUBSCRIBE c");
    assertThat(client.say("CLIENT LIST TYPE pubsub")).contains("id=2 ").doesNotContain("id=1 ");
    assertThat(client.say("CLIENT LIST ID 1 7")).contains("id=1 ").doesNotContain("id=2 ");
  }

  @Test
  void killsByTypeAndSparesTheOneThatAsks() throws IOException {
    Client other = server.client();
    Client subscriber = server.client();
    subscriber.say("SUBSCRIBE c");
    assertThat(client.say("CLIENT KILL TYPE normal")).isEqualTo(":1");
    assertThat(other.isOpen()).isFalse();
    assertThat(subscriber.isOpen()).isTrue();
    assertThat(client.say("CLIENT KILL TYPE pubsub")).isEqualTo(":1");
    assertThat(subscriber.isOpen()).isFalse();
    assertThat(client.say("PUBSUB CHANNELS")).isEqualTo("*0");
    assertThat(client.say("CLIENT KILL TYPE normal SKIPME no")).isEqualTo(":1");
    assertThat(client.isOpen()).isFalse();
    assertThat(server.stats.snapshot().connected()).isZero();
  }

  @Test
  void deliversMessagesByChannelAndByPattern() throws IOException {
    Client subscriber = server.client();
    assertThat(subscriber.send(RawClient.request("SUBSCRIBE", "a", "b")).reply())
        .isEqualTo("*3 $9 subscribe $1 a :1");
    assertThat(subscriber.reply()).isEqualTo("*3 $9 subscribe $1 b :2");
    assertThat(subscriber.say("PSUBSCRIBE a*")).isEqualTo("*3 $10 psubscribe $2 a* :3");
    assertThat(client.say("PUBLISH a m")).isEqualTo(":2");
    assertThat(subscriber.reply()).isEqualTo("*3 $7 message $1 a $1 m");
    assertThat(subscriber.reply()).isEqualTo("*4 $8 pmessage $2 a* $1 a $1 m");
    assertThat(client.say("PUBSUB CHANNELS")).isEqualTo("*2 $1 a $1 b");
    assertThat(client.say("PUBSUB NUMSUB a z")).isEqualTo("*4 $1 a :1 $1 z :0");
    assertThat(subscriber.say("GET x"))
        .isIn(
            "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET"
                + " are allowed in this context",
            "-ERR unknown command 'GET', with args beginning with: 'x' ");
    assertThat(subscriber.say("PING")).isEqualTo("*2 $4 pong $0 ");
    assertThat(subscriber.say("UNSUBSCRIBE")).isEqualTo("*3 $11 unsubscribe $1 a :2");
    assertThat(subscriber.reply()).isEqualTo("*3 $11 unsubscribe $1 b :1");
    assertThat(subscriber.say("UNSUBSCRIBE")).isEqualTo("*3 $11 unsubscribe $-1 :1");
    assertThat(subscriber.say("PUNSUBSCRIBE a*")).isEqualTo("*3 $12 punsubscribe $2 a* :0");
    assertThat(subscriber.say("PING")).isEqualTo("+PONG");
    assertThat(server.stats.snapshot().subscribers()).isZero();
  }

  @Test
  void saysNothingWhenRepliesAreOff() throws IOException {
    client.send("CLIENT REPLY SKIP\r\nPING\r\nECHO 1\r\n");
    assertThat(client.reply()).isEqualTo("$1 1");
    client.send("CLIENT REPLY OFF\r\nPING\r\nPING\r\nCLIENT REPLY ON\r\n");
    assertThat(client.reply()).isEqualTo("+OK");
    assertThat(client.isQuiet()).isTrue();
  }

  @Test
  void tellsMonitorsWhatOthersDoButNoPasswords() throws IOException {
    Client monitor = server.client();
    assertThat(monitor.say("MONITOR")).isEqualTo("+OK");
    client.say("ECHO \"\u0001");
    assertThat(monitor.reply()).matches("\\+\\d+\\.\\d{6} \\[0 \\S*] \"ECHO\" \"\\\\\"\\\\x01\"");
    client.say("AUTH default secret");
    assertThat(monitor.reply()).endsWith(" \"AUTH\" \"(redacted)\" \"(redacted)\"");
  }

  /** About the bytes of a key's rows; of a collection from a few of its elements. */
  @Test
  void estimatesWhatAKeyTakes() throws IOException {
    String value = "v".repeat(100);
    client.ask("SET", "string", value);
    for (int i = 0; i < 50; i++) {
      client.ask("RPUSH", "list", value);
      client.ask("HSET", "hash", "field" + i, value);
      client.ask("SADD", "set", i + value);
      client.ask("ZADD", "zset", "1", i + value);
      client.ask("XADD", "stream", "1-" + (i + 1), "f", value);
    }
    assertThat(client.say("MEMORY USAGE string")).isEqualTo(":146");
    for (String key : new String[] {"list", "hash", "set", "stream"}) {
      for (String samples : new String[] {"", " SAMPLES 3", " SAMPLES 0"}) {
        long bytes = Long.parseLong(client.say("MEMORY USAGE " + key + samples).substring(1));
        assertThat(bytes).as(key + samples).isBetween(50 * 130L, 50 * 190L);
      }
    }
    assertThat(Long.parseLong(client.say("MEMORY USAGE zset").substring(1)))
        .isBetween(100 * 130L, 100 * 190L);
    assertThat(client.say("MEMORY USAGE nothing")).isEqualTo("$-1");
  }

  @Test
  void logsSlowCommands() throws IOException {
    server.settings(new ServerSettings("", 10, 0, 0, 2, 0, 1 << 20, true, true));
    client.say("ECHO " + "x".repeat(200));
    assertThat(client.say("SLOWLOG GET 1"))
        .matches(
            "\\*1 \\*6 :0 :\\d+ :\\d+ \\*2 \\$4 ECHO \\$147 x{128}\\.\\.\\. .72 more bytes. .*");
    client.say("PING");
    assertThat(client.say("SLOWLOG LEN")).isEqualTo(":2");
  }

  @Test
  void sleepsWhenDebugCommandsAreEnabled() throws IOException {
    server.settings(new ServerSettings("", 10, 0, -1, 2, 0, 1 << 20, true, true));
    long start = System.nanoTime();
    client.send("DEBUG SLEEP 0.05\r\nPING\r\n");
    assertThat(client.reply()).isEqualTo("+OK");
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(50);
    assertThat(client.reply()).isEqualTo("+PONG");
  }

  @Test
  void shutsDownThroughTheOwner() throws Exception {
    client.send("SHUTDOWN NOSAVE\r\n");
    assertThat(server.shutdown.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void countsWhatItDoes() throws IOException {
    client.say("PING");
    client.say("SELECT 99");
    client.say("ECHO");
    ServerStats.Snapshot counts = server.stats.snapshot();
    assertThat(counts.commands()).isEqualTo(2);
    assertThat(counts.connected()).isEqualTo(1);
    assertThat(counts.netInput()).isPositive();
    assertThat(counts.netOutput()).isPositive();
    assertThat(counts.byCommand())
        .extracting(c -> c.name() + c.calls() + c.rejected() + c.failed())
        .containsExactly("echo010", "ping100", "select101");
    client.say("CONFIG RESETSTAT");
    assertThat(server.stats.snapshot().commands()).isEqualTo(1);
    assertThat(server.stats.snapshot().connected()).isEqualTo(1);
  }

  @Test
  void listsEveryCommandWithItsShape() throws IOException {
    String count = client.say("COMMAND COUNT").substring(1);
    assertThat(client.say("COMMAND")).startsWith("*" + count + " *10 ");
    assertThat(client.say("COMMAND LIST")).startsWith("*" + count + " ").contains(" $4 ping");
    assertThat(client.say("COMMAND DOCS ping nosuch"))
        .isEqualTo(
            "*2 $4 ping *6 $7 summary $26 PING, as in Pika and Redis $5 since $5 0.1.0 $5 group $6"
                + " server");
  }
}
