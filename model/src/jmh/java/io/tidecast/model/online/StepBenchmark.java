package io.tidecast.model.online;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.RandomModels;
import io.tidecast.model.weights.ForecastModel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one step of one warm series costs, its state in the cache. {@code mvn -Pjmh -pl model
 * test-compile exec:exec -Djmh=StepBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class StepBenchmark {
  private static final int WARM = 1000;

  @Param({"24", "168"})
  public int horizon;

  private SeriesForecaster forecaster;
  private SeriesState state;
  private ForecastModel model;
  private long index;

  @Setup
  public void warm() {
    ForecasterConfig config = ForecasterConfig.of(Duration.ofHours(1), horizon, 24, 168);
    forecaster = new SeriesForecaster(config, 24);
    state = forecaster.newState();
    model = RandomModels.model(config, "v1", 1);
    for (int i = 0; i < WARM; i++) {
      step();
    }
  }

  @Benchmark
  public StepResult step() {
    float value = (float) (Math.sin(index * Math.PI / 12) + 0.1 * Math.sin(17.0 * index));
    return forecaster.step(state, new ClosedStep(index++, value, new float[0]), model);
  }
}
