package io.tidecast.job.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tidecast.connectors.record.DeadLetter;
import io.tidecast.job.Harnesses;
import io.tidecast.job.metrics.Metrics;
import io.tidecast.job.state.OpenStep.Aggregation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of observations whose step has closed, or whose partition has gone past it. */
class LateStepsHarnessTest extends StepFunctionHarness {
  @Test
  void lateObservationAmendsItsStepWithTheNextOne() throws Exception {
    reach(5, Aggregation.LAST);
    end("s", 10, 1);
    end("s", 20, 2);
    end("s", 30, 3);
    output();

    observe("s", 12, 7);
    observe("s", 20, 8);
    observe("s", 5, 9);
    restore();
    assertEquals(List.of(), output());
    end("s", 40, 4);
    end("s", 50, 5);

    assertEquals(
        List.of("g/s #4 4.0 [] @40 amends [2] of 1=1.0 2=8.0 3=3.0", "g/s #5 5.0 [] @50"),
        output());
    assertEquals(List.of(), late());
  }

  @ParameterizedTest
  @EnumSource(Aggregation.class)
  void whatIsTheSameAgainAmendsNothing(Aggregation aggregation) throws Exception {
    reach(5, aggregation);
    observe("s", 8, 1);
    end("s", 10, 1);
    end("s", 20, 2);
    observe("s", 8, 1);
    observe("s", 10, 1);
    end("s", 30, 3);

    assertEquals("g/s #3 3.0 [] @30", output().get(2));
    assertEquals(List.of(), late());
  }

  @Test
  void stepThatWasEmptyIsThereFromNowOn() throws Exception {
    reach(5, Aggregation.MEAN);
    end("s", 10, 1);
    end("s", 30, 3);
    observe("s", 12, 4);
    observe("s", 14, 6);
    end("s", 40, 4);

    assertEquals("g/s #4 4.0 [] @40 amends [2] of 1=1.0 2=5.0 3=3.0", output().get(2));
  }

  @Test
  void whatComesLaterThanThatIsADeadLetterAndNothingElse() throws Exception {
    reach(5, Aggregation.LAST);
    for (int i = 1; i <= 12; i++) {
      end("s/v", 10 * i, i);
    }
    output();
    observe("s/v", 70, 9);
    observe("s/v", 69, Float.NaN); // told of a covariate alone
    observe("s/v", 71, 9);
    end("s/v", 130, 13);

    assertEquals(List.of("g/s/v #13 13.0 [] @130"), output());
    assertEquals(2, late().size());
    assertEquals(1, Harnesses.counted(harness, Metrics.LATE), "values of the target");
  }

  /** Whatever has closed by then, as other partitions were read: the same comes out. */
  @ParameterizedTest
  @ValueSource(longs = {0, 19, 20, 30})
  void latenessIsThatOfItsPartition(long watermark) throws Exception {
    reach(5, Aggregation.LAST);
    observe(11, 2, 0, false, 1);
    observe(21, 3, 1, false, 2);
    harness.processWatermark(watermark);
    // its partition has gone past step 2, and may have read all the others or none
    observe(12, 7, Math.max(2, watermark / 10), false, 3);
    observe(31, 4, Math.max(2, watermark / 10), false, 4);
    harness.processWatermark(100);

    List<String> steps = output();
    steps.removeIf(line -> line.startsWith("watermark"));
    assertEquals(
        watermark == 30
            ? List.of(
                "g/s #2 2.0 [] @20",
                "g/s #3 3.0 [] @30",
                "g/s #4 4.0 [] @40 amends [2] of 2=7.0 3=3.0")
            : List.of(
                "g/s #2 2.0 [] @20", "g/s #3 3.0 [] @30 amends [2] of 2=7.0", "g/s #4 4.0 [] @40"),
        steps);
  }

  @Test
  void seriesBehindItsPartitionIsNotLateForThat() throws Exception {
    reach(5, Aggregation.MEAN);
    harness.processWatermark(95);
    observe(11, 2, 9, true, 1);
    observe(12, 4, 9, true, 2);
    observe(21, 5, 10, true, 3);
    // its step closes when the partition has gone past step 10
    observe(13, 99, 10, true, 4);
    harness.processWatermark(100);
    harness.processWatermark(200);

    assertEquals(
        List.of(
            "watermark 95",
            "g/s #2 3.0 [] @100 late",
            "watermark 100",
            "g/s #3 5.0 [] @110 late amends [2] of 2=35.0",
            "watermark 200"),
        output());
    assertEquals(List.of(), late());
  }

  @Test
  void lateObservationGoesToTheSideAndLeavesStateAlone() throws Exception {
    observe("a station/temperature", 15, 1);
    harness.processWatermark(20);
    observe("a station/temperature", 20, 5);
    harness.processWatermark(30);

    assertEquals(
        List.of("g/a station/temperature #2 1.0 [] @20", "watermark 20", "watermark 30"), output());
    DeadLetter letter = late().get(0);
    assertEquals(1, late().size());
    assertEquals(IngestFunction.LATE, letter.reason());
    assertEquals("a station", new String(letter.key(), StandardCharsets.UTF_8));
    assertEquals(
        "{\"stream\":\"a station\",\"time\":\"1970-01-01T00:00:00.020Z\","
            + "\"values\":{\"temperature\":5.0}}",
        new String(letter.value(), StandardCharsets.UTF_8));
    assertEquals("topic 3 77", letter.topic() + " " + letter.partition() + " " + letter.offset());
    assertOnlyProgressIsLeft(1);
  }

  @Test
  void observationOfAStepThatHasEndedIsLate() throws Exception {
    end("s/a", 20, 1);
    observe("s/a", 15, 7);
    end("s/a", 20, 8);

    assertEquals(List.of("g/s/a #2 1.0 [] @20"), output());
    assertEquals(2, late().size());
  }

  /** The partition of a series was idle, and the job has restarted: its records lay in Kafka. */
  @Test
  void lateObservationAfterARestoreDoesNotOpenAClosedStepAgain() throws Exception {
    observe("s/a", 42, 1);
    harness.processWatermark(100);
    assertEquals(List.of("g/s/a #5 1.0 [] @50", "watermark 100"), output());

    restore();
    observe("s/a", 44, 2);
    observe("s/a", 50, 3);
    observe("s/a", 55, 4);
    harness.processWatermark(60);

    assertEquals(List.of("g/s/a #6 4.0 [] @60", "watermark 60"), output());
    assertEquals(2, late().size());
    assertOnlyProgressIsLeft(1);
  }

  /** Its partition was idle, and the watermark of the others has gone past its steps. */
  @Test
  void seriesBehindTheWatermarkLosesNothing() throws Exception {
    harness.processWatermark(1_000);
    observe("s", 12, 1);
    observe("s", 18, 2);
    observe("s", 23, 3);
    harness.processWatermark(1_001);

    assertEquals(
        List.of("watermark 1000", "g/s #2 2.0 [] @1001", "g/s #3 3.0 [] @1001", "watermark 1001"),
        output());
    assertEquals(List.of(), late());
  }
}
