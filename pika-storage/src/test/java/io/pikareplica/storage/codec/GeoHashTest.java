package io.pikareplica.storage.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pikareplica.storage.codec.GeoHash.Point;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeoHashTest {
  @ParameterizedTest
  @CsvSource({
    "13.361389, 38.115556, 3479099956230698",
    "15.087269, 37.502669, 3479447370796909",
    "0, 0, 3377699720527872",
    "-180, -85.05112878, 0",
  })
  void scoresArePikas(double longitude, double latitude, long score) {
    assertThat(GeoHash.score(new Point(longitude, latitude))).contains((double) score);
  }

  @ParameterizedTest
  @CsvSource({"180.1, 0", "-180.1, 0", "0, 85.06", "0, -85.06", "NaN, 0", "0, NaN"})
  void placesOutsideHaveNoScore(double longitude, double latitude) {
    assertThat(GeoHash.score(new Point(longitude, latitude))).isEmpty();
  }

  @Test
  void textsAndDistancesAreThoseOfRedis() {
    Point palermo = GeoHash.point(3479099956230698d);
    Point catania = GeoHash.point(3479447370796909d);
    assertThat(ScoreText.print(palermo.longitude())).isEqualTo("13.361389338970184");
    assertThat(ScoreText.print(palermo.latitude())).isEqualTo("38.115556395496299");
    assertThat(GeoHash.text(3479099956230698d)).isEqualTo("sqc8b49rny0");
    assertThat(GeoHash.text(3479447370796909d)).isEqualTo("sqdtr74hyu0");
    assertThat(GeoHash.distanceM(palermo, catania)).isEqualTo(166274.1516, within(0.00005));
  }

  @Property
  void aPlaceIsTheMiddleOfItsField(
      @ForAll @DoubleRange(min = -180, max = 179.99) double longitude,
      @ForAll @DoubleRange(min = -85, max = 85) double latitude) {
    double score = GeoHash.score(new Point(longitude, latitude)).orElseThrow();

    Point middle = GeoHash.point(score);

    assertThat(middle.longitude()).isEqualTo(longitude, within(360.0 / (1 << 26)));
    assertThat(middle.latitude()).isEqualTo(latitude, within(171.0 / (1 << 26)));
    assertThat(GeoHash.score(middle)).contains(score);
  }

  @Test
  void cellsHoldEveryPlaceWithinTheRadius() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      Point center = new Point(random.nextDouble() * 360 - 180, random.nextDouble() * 170 - 85);
      double radiusM = Math.pow(10, random.nextDouble() * 7.3);
      double spread = radiusM / 60_000;
      Point near =
          GeoHash.point(
              GeoHash.score(
                      new Point(
                          wrapped(center.longitude() + random.nextGaussian() * spread),
                          Math.max(
                              -85,
                              Math.min(85, center.latitude() + random.nextGaussian() * spread))))
                  .orElseThrow());
      if (GeoHash.distanceM(center, near) > radiusM) {
        continue;
      }
      double score = GeoHash.score(near).orElseThrow();
      List<GeoCells.Range> cells = GeoCells.around(center, radiusM);
      assertThat(cells).hasSizeLessThanOrEqualTo(9);
      assertThat(cells)
          .as("center %s radius %s place %s", center, radiusM, near)
          .anyMatch(cell -> cell.min() <= score && score < cell.max());
    }
  }

  private static double wrapped(double longitude) {
    double turned = (longitude + 180) % 360;
    return turned < 0 ? turned + 180 : turned - 180;
  }

  @Test
  void aSmallRadiusLooksAtSmallCells() {
    List<GeoCells.Range> cells = GeoCells.around(new Point(13, 38), 100);

    assertThat(cells).hasSizeBetween(1, 9);
    assertThat(cells.stream().mapToDouble(cell -> cell.max() - cell.min()).sum())
        .isLessThan(1e10); // of 4.5e15
  }
}
