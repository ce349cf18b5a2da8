package io.tidecast.model.artifact;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever a model file holds, it is a model or an {@link InvalidArtifactException}. */
class ModelArtifactFuzzTest {
  private static final byte[] VALID = ModelArtifact.write(ModelArtifactTest.model(1));

  @Property(seed = "1")
  void anyBytes(@ForAll byte[] bytes) {
    read(bytes);
  }

  @Property(seed = "1")
  void aModelWithSomethingElseWritten(
      @ForAll @IntRange(min = 0, max = 999) int permille, @ForAll byte[] other) {
    byte[] damaged = VALID.clone();
    int at = (int) (Math.pow(permille / 1000.0, 3) * damaged.length); // mostly its header
    System.arraycopy(other, 0, damaged, at, Math.min(other.length, damaged.length - at));
    read(damaged);
  }

  @Property(seed = "1")
  void aModelCutOff(@ForAll @IntRange(min = 0, max = 999) int permille) {
    read(Arrays.copyOf(VALID, permille * VALID.length / 1000));
  }

  private static void read(byte[] bytes) {
    try {
      ModelArtifact.read(bytes);
      ModelArtifact.importFrom(bytes);
    } catch (InvalidArtifactException refused) {
      // what it is for
    }
  }
}
