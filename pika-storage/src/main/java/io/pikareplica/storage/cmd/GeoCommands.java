package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.Command;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.CommandSpec.Group;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.Reply;
import io.pikareplica.storage.WriteContext;
import io.pikareplica.storage.cmd.GeoSearch.Hit;
import io.pikareplica.storage.cmd.GeoSearch.Unit;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.GeoHash;
import io.pikareplica.storage.codec.GeoHash.Point;
import io.pikareplica.storage.codec.ScoreText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Places, which are members of sorted sets (src/pika_geo.cc). */
final class GeoCommands {
  private GeoCommands() {}

  static List<Command> commands() {
    return new CommandList(Group.GEO)
        .write("geoadd", -5, GeoCommands::geoadd)
        .read("geopos", -2, GeoCommands::geopos)
        .read("geodist", -4, GeoCommands::geodist)
        .read("geohash", -2, GeoCommands::geohash)
        .read("georadius", -6, (context, args) -> search(context, args, 2))
        .read("georadiusbymember", -5, (context, args) -> search(context, args, 1))
        .commands();
  }

  static List<Command> storing() {
    return new CommandList(Group.GEO)
        .writeKeys("georadius", -6, 1, 1, 1, (context, args) -> searchAndStore(context, args, 2))
        .writeKeys(
            "georadiusbymember", -5, 1, 1, 1, (context, args) -> searchAndStore(context, args, 1))
        .commands();
  }

  private static Reply geoadd(WriteContext context, Args args) throws CommandException {
    if ((args.size() - 2) % 3 != 0) {
      throw CommandException.arity("geoadd");
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 2; i < args.size(); i += 3) {
      Point point = new Point(ScoreArgs.number(args, i), ScoreArgs.number(args, i + 1));
      Optional<Double> score = GeoHash.score(point);
      if (score.isEmpty() && !context.isReplicated()) {
        throw new CommandException(
            "ERR invalid longitude,latitude pair " + args.text(i) + "," + args.text(i + 1));
      }
      // a master takes such a place, under a score that it has not initialised: most often 0
      entries.add(new Entry(score.orElse(0.0), args.get(i + 2)));
    }
    return Reply.of(ZsetCommands.add(context, args.get(1), entries));
  }

  private static OptionalDouble score(Optional<ZsetRows> zset, byte[] member) {
    return zset.isPresent() ? zset.get().score(member) : OptionalDouble.empty();
  }

  private static Reply geopos(ReadContext context, Args args) throws CommandException {
    Optional<ZsetRows> zset = ZsetReads.zset(context, args.get(1));
    List<Reply> places = new ArrayList<>();
    for (byte[] member : args.from(2)) {
      OptionalDouble score = score(zset, member);
      places.add(score.isPresent() ? place(score.getAsDouble()) : Reply.NIL);
    }
    return Reply.array(places);
  }

  private static Reply place(double score) {
    Point point = GeoHash.point(score);
    return Reply.bulks(
        List.of(ScoreText.bytes(point.longitude()), ScoreText.bytes(point.latitude())));
  }

  private static Reply geodist(ReadContext context, Args args) throws CommandException {
    if (args.size() > 5) {
      throw CommandException.syntax();
    }
    Unit unit = args.size() == 5 ? Unit.parse(args.text(4)) : Unit.M;
    Optional<ZsetRows> zset = ZsetReads.zset(context, args.get(1));
    OptionalDouble from = score(zset, args.get(2));
    OptionalDouble to = score(zset, args.get(3));
    if (from.isEmpty() || to.isEmpty()) {
      return Reply.NIL;
    }
    return distance(
        unit,
        GeoHash.distanceM(GeoHash.point(from.getAsDouble()), GeoHash.point(to.getAsDouble())));
  }

  /** C's {@code %.4f}. */
  private static Reply distance(Unit unit, double distanceM) {
    BigDecimal exact = new BigDecimal(unit.fromMeters(distanceM));
    return Reply.bulk(exact.setScale(4, RoundingMode.HALF_EVEN).toPlainString());
  }

  private static Reply geohash(ReadContext context, Args args) throws CommandException {
    Optional<ZsetRows> zset = ZsetReads.zset(context, args.get(1));
    List<Reply> hashes = new ArrayList<>();
    for (byte[] member : args.from(2)) {
      OptionalDouble score = score(zset, member);
      hashes.add(score.isPresent() ? Reply.bulk(GeoHash.text(score.getAsDouble())) : Reply.NIL);
    }
    return Reply.array(hashes);
  }

  private static Reply search(ReadContext context, Args args, int centerWords)
      throws CommandException {
    GeoSearch search = GeoSearch.parse(args, centerWords);
    List<Reply> found = new ArrayList<>();
    for (Hit hit : search.run(context, args)) {
      List<Reply> words = new ArrayList<>();
      words.add(Reply.bulk(hit.entry().member()));
      for (GeoSearch.With with : search.with()) {
        words.add(
            switch (with) {
              case WITHDIST -> distance(search.unit(), hit.distanceM());
              case WITHHASH -> Reply.of((long) hit.entry().score());
              case WITHCOORD -> place(hit.entry().score());
            });
      }
      found.add(words.size() == 1 ? words.get(0) : Reply.array(words));
    }
    return Reply.array(found);
  }

  /** The original forgets to tell its replicas; here they get the result. */
  private static Reply searchAndStore(WriteContext context, Args args, int centerWords)
      throws CommandException {
    GeoSearch search = GeoSearch.parse(args, centerWords);
    if (search.storeAt() == 0) {
      throw CommandException.syntax();
    }
    List<Entry> result = new ArrayList<>();
    for (Hit hit : search.run(context, args)) {
      double distance = search.unit().fromMeters(hit.distanceM());
      double score = search.storesDistance() ? distance : hit.entry().score();
      result.add(new Entry(score, hit.entry().member()));
    }
    byte[] key = args.get(search.storeAt());
    WritableKey.of(context, key).del();
    if (!result.isEmpty()) {
      ZsetCommands.add(context, key, result);
    }
    ZsetStore.log(context, key, result);
    return Reply.of(result.size());
  }
}
