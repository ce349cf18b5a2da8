package io.tidecast.job.bench;

import io.tidecast.connectors.kafka.KeyedBytes;
import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.job.ForecastJob;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * What the same plumbing does without forecasting: for each record of the same source, by the same
 * key, one small state, and bytes as the job writes them into the same sinks. Nothing is decoded.
 *
 * @param forecasts values to write in turns, one for each record: as many as a batch does not hold,
 *     or it would compress to nothing
 * @param evaluations values to write in turns beside them, for each series once in a period
 * @param period in records of a series
 */
record PassThrough(byte[][] forecasts, byte[][] evaluations, int period) {
  private static final TypeInformation<KeyedBytes> KEYED_BYTES =
      TypeInformation.of(KeyedBytes.class);
  private static final OutputTag<KeyedBytes> EVALUATIONS =
      new OutputTag<>("evaluations", KEYED_BYTES);

  void addTo(StreamExecutionEnvironment env, ForecastJob.Ends ends) {
    SingleOutputStreamOperator<KeyedBytes> passed =
        env.fromSource(ends.observations(), WatermarkStrategy.noWatermarks(), "observations")
            .uid("observations")
            .keyBy(record -> new String(record.key(), StandardCharsets.UTF_8), Types.STRING)
            .process(new Pass(forecasts, evaluations, period), KEYED_BYTES)
            .name("pass")
            .uid("pass");
    passed.sinkTo(ends.forecasts()).name("forecast topic").uid("forecast-topic");
    passed
        .getSideOutput(EVALUATIONS)
        .sinkTo(ends.evaluations())
        .name("evaluation topic")
        .uid("evaluation-topic");
  }

  private static final class Pass extends KeyedProcessFunction<String, RawRecord, KeyedBytes> {
    private static final long serialVersionUID = 1;

    private final byte[][] forecasts;
    private final byte[][] evaluations;
    private final int period;
    private transient ValueState<Long> seen;
    private transient int turn;

    Pass(byte[][] forecasts, byte[][] evaluations, int period) {
      this.forecasts = forecasts;
      this.evaluations = evaluations;
      this.period = period;
    }

    @Override
    public void open(OpenContext context) {
      seen = getRuntimeContext().getState(new ValueStateDescriptor<>("seen", Types.LONG));
    }

    @Override
    public void processElement(RawRecord record, Context context, Collector<KeyedBytes> out)
        throws Exception {
      Long before = seen.value();
      long count = before == null ? 1 : before + 1;
      seen.update(count);
      turn++;
      out.collect(new KeyedBytes(record.key(), forecasts[turn % forecasts.length]));
      if (count % period == 0) {
        context.output(
            EVALUATIONS, new KeyedBytes(record.key(), evaluations[turn % evaluations.length]));
      }
    }
  }
}
