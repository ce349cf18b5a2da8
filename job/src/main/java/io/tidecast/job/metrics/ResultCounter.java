package io.tidecast.job.metrics;

import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.metrics.Counter;

/**
 * A metric that the result of a bounded job has as well, by the same name. After a failure both
 * count from zero on.
 */
public final class ResultCounter extends LongCounter implements Counter {
  private static final long serialVersionUID = 1;

  /** One for each name and operator. */
  public static ResultCounter of(RuntimeContext context, String name) {
    ResultCounter counter = new ResultCounter();
    context.addAccumulator(name, counter);
    return Metrics.group(context.getMetricGroup()).counter(name, counter);
  }

  /** Flink merges counts of one type alone. */
  @Override
  public ResultCounter clone() {
    ResultCounter copy = new ResultCounter();
    copy.merge(this);
    return copy;
  }

  @Override
  public void inc() {
    add(1);
  }

  @Override
  public void inc(long n) {
    add(n);
  }

  @Override
  public void dec() {
    add(-1);
  }

  @Override
  public void dec(long n) {
    add(-n);
  }

  @Override
  public long getCount() {
    return getLocalValuePrimitive();
  }
}
