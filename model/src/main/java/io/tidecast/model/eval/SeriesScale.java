package io.tidecast.model.eval;

/**
 * What the errors of a series are divided by, of its training part. NaN where there is none to
 * speak of: a constant has no deviation, and one that repeats itself exactly no naive error.
 *
 * @param deviation population standard deviation
 * @param naiveAbsolute mean of {@code |x[t] - x[t - season]|} over the pairs that are both there
 *     (Hyndman and Koehler 2006)
 * @param naiveSquared mean of their squares (Makridakis, Spiliotis and Assimakopoulos 2022)
 */
record SeriesScale(double deviation, double naiveAbsolute, double naiveSquared) {
  /**
   * @param x training part, NaN where missing
   * @param season in steps; 1 scales by the last value
   */
  static SeriesScale of(float[] x, int season) {
    double absolute = 0;
    double squared = 0;
    int count = 0;
    for (int t = season; t < x.length; t++) {
      double change = Math.abs((double) x[t] - x[t - season]);
      if (!Double.isNaN(change)) {
        absolute += change;
        squared += change * change;
        count++;
      }
    }
    return new SeriesScale(
        positive(deviation(x)), positive(absolute / count), positive(squared / count));
  }

  private static double positive(double value) {
    return value > 0 ? value : Double.NaN;
  }

  private static double deviation(float[] values) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (float value : values) {
      if (!Float.isNaN(value)) {
        count++;
        double before = sum / Math.max(1, count - 1);
        sum += value;
        squares += (value - before) * (value - sum / count);
      }
    }
    return Math.sqrt(squares / count);
  }
}
