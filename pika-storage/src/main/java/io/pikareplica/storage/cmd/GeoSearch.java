package io.pikareplica.storage.cmd;

import io.pikareplica.storage.Args;
import io.pikareplica.storage.CommandException;
import io.pikareplica.storage.ReadContext;
import io.pikareplica.storage.cmd.ZsetRows.Entry;
import io.pikareplica.storage.codec.GeoCells;
import io.pikareplica.storage.codec.GeoHash;
import io.pikareplica.storage.codec.GeoHash.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The words of GEORADIUS and GEORADIUSBYMEMBER, and the search itself.
 *
 * @param centerWords words that name the center, behind the key
 * @param storeAt index of the key to store at, 0 for none
 */
record GeoSearch(
    int centerWords,
    Unit unit,
    Set<With> with,
    boolean descending,
    long limit,
    int storeAt,
    boolean storesDistance) {
  /** Units of length. */
  enum Unit {
    M(1),
    KM(1000),
    FT(0.3048),
    MI(1609.34);

    private final double meters;

    Unit(double meters) {
      this.meters = meters;
    }

    static Unit parse(String word) throws CommandException {
      for (Unit unit : values()) {
        if (unit.name().equals(word.toUpperCase(Locale.ROOT))) {
          return unit;
        }
      }
      throw new CommandException("ERR unsupported unit provided. please use m, km, ft, mi");
    }

    double toMeters(double length) {
      return length * meters;
    }

    double fromMeters(double lengthM) {
      return lengthM / meters;
    }
  }

  /** What else is told of each member, in the order of the reply. */
  enum With {
    WITHDIST,
    WITHHASH,
    WITHCOORD
  }

  /** A member within the radius. */
  record Hit(Entry entry, double distanceM) {}

  /**
   * @param centerWords 2 for longitude and latitude, 1 for a member
   */
  static GeoSearch parse(Args args, int centerWords) throws CommandException {
    int at = 2 + centerWords;
    Unit unit = Unit.parse(args.text(at + 1));
    Set<With> with = EnumSet.noneOf(With.class);
    boolean descending = false;
    long limit = Long.MAX_VALUE;
    int storeAt = 0;
    boolean storesDistance = false;
    for (int i = at + 2; i < args.size(); i++) {
      boolean hasNext = i + 1 < args.size();
      if (args.is(i, "asc") || args.is(i, "desc")) {
        descending = args.is(i, "desc");
      } else if (args.is(i, "count") && hasNext) {
        limit = args.int64(++i);
      } else if ((args.is(i, "store") || args.is(i, "storedist")) && hasNext) {
        storesDistance = args.is(i, "storedist");
        storeAt = ++i;
      } else {
        with.add(with(args, i));
      }
    }
    if (limit < 0) {
      throw CommandException.notAnInteger();
    }
    if (storeAt != 0 && !with.isEmpty()) {
      throw new CommandException(
          "ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORDS"
              + " options");
    }
    return new GeoSearch(centerWords, unit, with, descending, limit, storeAt, storesDistance);
  }

  private static With with(Args args, int at) throws CommandException {
    for (With with : With.values()) {
      if (args.is(at, with.name())) {
        return with;
      }
    }
    throw CommandException.syntax();
  }

  /** The members within the radius, nearest first unless the farthest are wanted first. */
  List<Hit> run(ReadContext context, Args args) throws CommandException {
    double radiusM = unit.toMeters(ScoreArgs.number(args, 2 + centerWords));
    Optional<Point> place = centerWords == 2 ? Optional.of(place(args)) : Optional.empty();
    Optional<ZsetRows> zset = ZsetReads.zset(context, args.get(1));
    if (zset.isEmpty()) {
      return List.of();
    }
    Point center = place.isPresent() ? place.get() : member(zset.get(), args.get(2));
    List<Hit> hits = new ArrayList<>();
    for (GeoCells.Range cell : GeoCells.around(center, radiusM)) {
      zset.get()
          .byScore(
              new ScoreRange(cell.min(), false, cell.max(), true),
              false,
              entry -> {
                double distanceM = GeoHash.distanceM(center, GeoHash.point(entry.score()));
                if (distanceM <= radiusM) {
                  hits.add(new Hit(entry, distanceM));
                }
                return true;
              });
    }
    Comparator<Hit> nearest = Comparator.comparingDouble(Hit::distanceM);
    hits.sort(descending ? Collections.reverseOrder(nearest) : nearest);
    return hits.subList(0, (int) Math.min(limit, hits.size()));
  }

  private static Point place(Args args) throws CommandException {
    return new Point(ScoreArgs.number(args, 2), ScoreArgs.number(args, 3));
  }

  private static Point member(ZsetRows zset, byte[] member) throws CommandException {
    OptionalDouble score = zset.score(member);
    if (score.isEmpty()) {
      throw new CommandException("ERR could not decode requested zset member");
    }
    return GeoHash.point(score.getAsDouble());
  }
}
