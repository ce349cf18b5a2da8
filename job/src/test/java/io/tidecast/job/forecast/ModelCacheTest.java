package io.tidecast.job.forecast;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.tidecast.job.state.GroupModels;
import io.tidecast.model.artifact.ModelFile;
import io.tidecast.model.weights.ForecastModel;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelCacheTest {
  private static List<GroupModels.Held> versions;

  @BeforeAll
  static void train() {
    versions =
        IntStream.rangeClosed(1, 3)
            .mapToObj(
                sequence ->
                    ForecastOperatorHarness.trained(ForecastOperatorHarness.CONFIG, sequence))
            .map(ModelFile::of)
            .map(file -> new GroupModels.Held(0, file.version(), file.bytes()))
            .toList();
  }

  @Test
  void whatWasNotAskedForTheLongestGoesWhereThereAreTooManyBytes() {
    ModelCache cache = new ModelCache(10, 2L * bytes() + bytes() / 2);
    ForecastModel first = get(cache, 0);
    ForecastModel second = get(cache, 1);

    assertSame(first, get(cache, 0));
    get(cache, 2);

    assertSame(first, get(cache, 0));
    assertNotSame(second, get(cache, 1));
  }

  @Test
  void aModelOfMoreBytesThanThereIsRoomForIsKeptUntilTheNext() {
    ModelCache cache = new ModelCache(10, 1);
    ForecastModel first = get(cache, 0);

    assertSame(first, get(cache, 0));
    get(cache, 1);
    assertNotSame(first, get(cache, 0));
  }

  @Test
  void thereAreNoMoreThanSoManyHoweverSmallTheyAre() {
    ModelCache cache = new ModelCache(2, Long.MAX_VALUE);
    ForecastModel first = get(cache, 0);
    get(cache, 1);
    get(cache, 2);

    assertNotSame(first, get(cache, 0));
  }

  private static int bytes() {
    return versions.get(0).artifact().length;
  }

  private static ForecastModel get(ModelCache cache, int number) {
    return cache.get(versions.get(number), ForecastOperatorHarness.CONFIG).orElseThrow();
  }
}
