package io.tidecast.job;

import io.tidecast.job.metrics.ResultCounter;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;

/** Opens what is tested by itself. */
public final class Harnesses {
  private Harnesses() {}

  /**
   * Opens an operator with the serializer that the job would give its output.
   *
   * @param state to go on from; null for none
   */
  public static <T, H extends AbstractStreamOperatorTestHarness<T>> H open(
      H harness, TypeInformation<T> out, OperatorSubtaskState state) throws Exception {
    harness.setup(out.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
    if (state != null) {
      harness.initializeState(state);
    }
    harness.open();
    return harness;
  }

  /** What an operator has counted of what became of values. */
  public static long counted(AbstractStreamOperatorTestHarness<?> harness, String name) {
    var counters = harness.getEnvironment().getAccumulatorRegistry().getUserMap();
    return ((ResultCounter) counters.get(name)).getCount();
  }
}
