package io.tidecast.job.bench;

import java.math.BigDecimal;
import java.math.MathContext;

/** Measurements with the digits that mean something. */
final class Rounded {
  private static final MathContext DIGITS = new MathContext(4);

  private Rounded() {}

  static BigDecimal of(double measured) {
    return new BigDecimal(new BigDecimal(measured).round(DIGITS).toPlainString());
  }
}
