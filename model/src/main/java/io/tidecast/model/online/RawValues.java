package io.tidecast.model.online;

import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Transform;
import io.tidecast.model.input.SeriesBase;

/**
 * What transformed values are raw, within the physical limits: of one series at a time, told from
 * its base.
 */
final class RawValues {
  private final ForecasterConfig config;
  private final boolean isLogarithm;
  private double toldFrom;
  private double rawBase;
  private float lowest;
  private float highest;
  private float rawLowest;
  private float rawHighest;

  /** Of a series that is told from 0. */
  RawValues(ForecasterConfig config) {
    this.config = config;
    isLogarithm = config.transform() == Transform.LOG_RETURN;
    setLimits();
  }

  /** From here on all is told from the base of a series. */
  void tellFrom(SeriesBase base) {
    if (base.value() != toldFrom) {
      toldFrom = base.value();
      rawBase = base.raw();
      setLimits();
    }
  }

  private void setLimits() {
    double minimum = config.limits().minimum();
    double maximum = config.limits().maximum();
    lowest = limit(minimum, Float.NEGATIVE_INFINITY);
    highest = limit(maximum, Float.POSITIVE_INFINITY);
    rawLowest = Math.max(atLeast(minimum - rawBase), smallest());
    rawHighest = -atLeast(rawBase - maximum);
  }

  private float limit(double raw, float none) {
    Transform transform = config.transform();
    float limit =
        Double.isInfinite(raw)
            ? none
            : toldFrom == 0
                ? transform.apply((float) raw)
                : (float) (transform.exact(raw) - toldFrom);
    return Float.isNaN(limit) ? none : limit;
  }

  /** The smallest finite float not below {@code limit}. */
  private static float atLeast(double limit) {
    float nearest = (float) Math.max(limit, -Float.MAX_VALUE);
    return nearest < limit ? Math.nextUp(nearest) : nearest;
  }

  /** A price never reaches zero, where it would have no logarithm. */
  private float smallest() {
    return isLogarithm ? atLeast(Float.MIN_NORMAL - rawBase) : -Float.MAX_VALUE;
  }

  /** Lower limit of transformed values; infinite if there is none. */
  float lowest() {
    return lowest;
  }

  /** Upper limit of transformed values; infinite if there is none. */
  float highest() {
    return highest;
  }

  /** A transformed value within the limits. */
  float limited(float transformed) {
    return Math.max(lowest, Math.min(highest, transformed));
  }

  /** A raw value, less the base, within the limits. */
  float within(float raw) {
    return Math.max(rawLowest, Math.min(rawHighest, raw));
  }

  /** Whether a transformed value is a raw one, and no limit is set. */
  boolean isRaw() {
    return !isLogarithm && lowest == Float.NEGATIVE_INFINITY && highest == Float.POSITIVE_INFINITY;
  }

  /** The raw value of a transformed one, less the base and within the limits. */
  float raw(float transformed) {
    float raw = isLogarithm ? exp(transformed) : transformed;
    return raw < rawLowest ? rawLowest : raw > rawHighest ? rawHighest : raw;
  }

  private float exp(float transformed) {
    return (float) (toldFrom == 0 ? Math.exp(transformed) : rawBase * Math.expm1(transformed));
  }

  /** Those of several; both arrays may be the same. */
  void raw(float[] transformed, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = raw(transformed[j]);
    }
  }

  /** A raw value with what it is less by. */
  double inFull(float raw) {
    return rawBase + raw;
  }
}
