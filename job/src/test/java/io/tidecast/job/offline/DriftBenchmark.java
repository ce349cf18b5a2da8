package io.tidecast.job.offline;

import io.tidecast.job.config.ConfigFile;
import io.tidecast.job.config.JobConfig;
import io.tidecast.model.Stretch;
import io.tidecast.model.online.BlockLosses;
import io.tidecast.model.online.DriftTest;
import io.tidecast.model.train.Cleaning;
import io.tidecast.model.train.PromotionGate;
import io.tidecast.model.train.Trainer;
import io.tidecast.model.train.TrainingConfig;
import io.tidecast.model.train.TrainingListener;
import io.tidecast.model.train.TrainingResult;
import io.tidecast.model.train.TrainingRun;
import io.tidecast.model.weights.ForecastModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * How often does the test for drift raise an alarm where there is none?
 *
 * <p>A model is trained on the first half of a file's history and then left to serve the second,
 * whose losses by block are put in another order, a thousand times: whatever changes there are in
 * the file, none is left. Beside it the alarms in the order of the file, where changes are real. No
 * build runs it, {@code job/BENCHMARKS.md} has the command; properties {@code config} and {@code
 * data} are a configuration and its data file.
 */
final class DriftBenchmark {
  private static final int ORDERS = 1_000;

  @Test
  void falseAlarmsAreAsRareAsIsSaid() throws Exception {
    Path data = Path.of(System.getProperty("data"));
    ConfigFile file = ConfigFile.read(Path.of(System.getProperty("config"))).withData(data);
    for (Map.Entry<String, List<SeriesHistory>> group :
        SeriesHistory.byGroup(file.job()).entrySet()) {
      print(data.getFileName().toString(), file.job(), group.getKey(), group.getValue());
    }
  }

  private static void print(
      String name, JobConfig config, String group, List<SeriesHistory> series) {
    List<Stretch> all =
        Cleaning.of(series.stream().map(SeriesHistory::toWindow).toList()).windows();
    long first = all.stream().mapToLong(Stretch::start).min().orElseThrow();
    long last = all.stream().mapToLong(Stretch::end).max().orElseThrow();
    long middle = (first + last) / 2;
    List<Stretch> before = all.stream().map(one -> until(one, middle)).toList();
    TrainingResult.Chosen chosen =
        (TrainingResult.Chosen)
            new Trainer(config.groups().get(group), TrainingConfig.DEFAULT)
                .choose(before, new TrainingRun(group, 1, 1, "bench"), TrainingListener.NONE);
    ForecastModel model = chosen.model();
    PromotionGate gate = new PromotionGate(config.groups().get(group));
    BlockLosses held = gate.judge(chosen, null).blocks();
    BlockLosses later = gate.judgeSince(middle + 1, all, model, null).blocks();
    long blocks = later.scored();
    System.out.printf(
        "{\"data\":\"%s\",\"group\":\"%s\",\"blocks\":%d,\"stated\":%.5f,\"shuffled\":%.5f,"
            + "\"asTheyCame\":%d}%n",
        name,
        group,
        blocks,
        1.0 / DriftTest.ALARM,
        (double) shuffledAlarms(held, later) / ORDERS / blocks,
        alarms(DriftTest.since(held), later));
  }

  private static Stretch until(Stretch stretch, long end) {
    int rows = (int) Math.max(0, Math.min(stretch.values().length, end - stretch.start() + 1));
    float[][] values = Arrays.copyOf(stretch.values(), rows);
    return new Stretch(stretch.series(), stretch.start() + rows - 1, values);
  }

  /** All blocks take part: those the model was judged on come in any place too. */
  private static long shuffledAlarms(BlockLosses held, BlockLosses later) {
    List<double[]> losses = new ArrayList<>();
    add(losses, held);
    int reference = losses.size();
    add(losses, later);
    long alarms = 0;
    Random random = new Random(1);
    for (int order = 0; order < ORDERS; order++) {
      Collections.shuffle(losses, random);
      alarms +=
          alarms(
              DriftTest.since(blocks(losses.subList(0, reference))),
              blocks(losses.subList(reference, losses.size())));
    }
    return alarms;
  }

  private static void add(List<double[]> losses, BlockLosses blocks) {
    for (int i = 0; i < blocks.model().length; i++) {
      if (blocks.model()[i] > 0 && blocks.naive()[i] > 0) {
        losses.add(new double[] {blocks.model()[i], blocks.naive()[i]});
      }
    }
  }

  private static BlockLosses blocks(List<double[]> losses) {
    return new BlockLosses(
        0,
        1,
        losses.stream().mapToDouble(loss -> loss[0]).toArray(),
        losses.stream().mapToDouble(loss -> loss[1]).toArray());
  }

  /** After an alarm the test begins anew, as after a training for it. */
  private static long alarms(DriftTest start, BlockLosses blocks) {
    DriftTest test = start;
    long alarms = 0;
    for (int i = 0; i < blocks.model().length; i++) {
      BlockLosses one =
          new BlockLosses(
              blocks.first() + (long) i * blocks.length(),
              blocks.length(),
              new double[] {blocks.model()[i]},
              new double[] {blocks.naive()[i]});
      test = test.after(one);
      if (test.hasDrifted()) {
        alarms++;
        test = new DriftTest(test.own(), test.relative(), 1, 1, test.end());
      }
    }
    return alarms;
  }
}
