package io.tidecast.model.eval;

/** Point forecasts of all leads of one series, in transformed values. Stepped without gaps. */
interface PointForecaster {
  /**
   * @param index of the step, one after the last
   * @param value NaN where missing
   */
  void step(long index, float value);

  /** Whether enough was seen to forecast. */
  boolean ready();

  /**
   * @param lead from 1
   */
  float forecast(int lead);
}
