package io.tidecast.model.member;

import java.util.SplittableRandom;
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
 * What one product of a step costs: gates of a cell of hidden size 32 and 128, its head and the
 * linear map at horizon 24; and the activations of a cell. {@code mvn -Pjmh -pl model test-compile
 * exec:exec -Djmh=KernelBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class KernelBenchmark {
  @Param({"46x128", "142x512", "32x168", "335x24"})
  public String size;

  private Affine affine;
  private float[] out;

  @Setup
  public void draw() {
    int inputs = Integer.parseInt(size.split("x")[0]);
    int outputs = Integer.parseInt(size.split("x")[1]);
    SplittableRandom random = new SplittableRandom(1);
    affine =
        new Affine(inputs, new float[outputs], (o, i) -> (float) random.nextDouble(-0.1, 0.1));
    for (int i = 0; i < inputs; i++) {
      affine.inputs()[i] = (float) random.nextDouble(-1, 1);
    }
    out = new float[outputs];
  }

  @Benchmark
  public float[] product() {
    affine.apply(out);
    return out;
  }

  @Benchmark
  public float[] productAndSigmoid() {
    affine.apply(out);
    Activations.sigmoid(out, 0, out.length);
    return out;
  }
}
