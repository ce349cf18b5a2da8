package io.tidecast.job.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.operators.StreamMap;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommitWatchTest {
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final String SAID =
      "WARN nothing has been committed for 4 minutes, as no checkpoint completes:"
          + " read_committed readers see no newer forecast";

  private static final Logger LOGGER = (Logger) LogManager.getLogger(CommitWatch.class);

  private final List<String> lines = new ArrayList<>();
  private final AbstractAppender appender =
      new AbstractAppender("lines", null, null, false, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
          lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
      };

  private final CommitWatch<String> watch = new CommitWatch<>(INTERVAL);
  private OneInputStreamOperatorTestHarness<String, String> harness;

  @BeforeEach
  void listen() throws Exception {
    harness = new OneInputStreamOperatorTestHarness<>(new StreamMap<>(watch));
    appender.start();
    LOGGER.addAppender(appender);
    LOGGER.setAdditive(false);
  }

  @AfterEach
  void stop() throws Exception {
    harness.close();
    LOGGER.setAdditive(true);
    LOGGER.removeAppender(appender);
  }

  /** Subtask 0 of 1, whose last commit was so long ago. */
  private void open(Duration since) throws Exception {
    harness.open();
    watch.begin(System.nanoTime() - since.toNanos());
  }

  @Test
  void recordsThatPassUncommittedAreSaidOnceInAWhile() throws Exception {
    open(Duration.ofMinutes(4).plusSeconds(20));

    for (int i = 0; i < 10; i++) {
      harness.processElement("forecast", 0);
    }

    assertEquals(10, harness.getOutput().size());
    assertEquals(List.of(SAID), lines);
  }

  @Test
  void checkpointThatFailsIsSaidWhereNoRecordPasses() throws Exception {
    open(Duration.ofMinutes(4).plusSeconds(20));

    harness.getOneInputOperator().notifyCheckpointAborted(7);

    assertEquals(List.of(SAID), lines);
  }

  @Test
  void whatIsCommittedInTimeIsNotTalkedAbout() throws Exception {
    open(INTERVAL.multipliedBy(3).minusSeconds(20));

    harness.processElement("forecast", 0);
    harness.getOneInputOperator().notifyCheckpointComplete(7);
    harness.processElement("forecast", 0);

    assertEquals(List.of(), lines);
  }
}
