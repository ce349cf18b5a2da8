package io.tidecast.model.artifact;

import java.util.Arrays;

/** A named float tensor, row-major. */
record Tensor(String name, float[] values, int... shape) {

  /** Name and shape in one line. */
  String header() {
    return name + Arrays.toString(shape);
  }

  void requireFinite() {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(
            "Expected finite values in " + name + " but found " + value);
      }
    }
  }
}
