package io.tidecast.job.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.model.ClosedStep;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.online.SeriesForecaster;
import io.tidecast.model.online.SeriesState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SeriesMemoryTest {
  private static final ForecasterConfig CONFIG = ForecasterConfig.of(Duration.ofHours(1), 3, 24, 0);

  private final SeriesForecaster forecaster = new SeriesForecaster(CONFIG, 1);

  private void step(SeriesState state, long index) {
    forecaster.step(state, new ClosedStep(index, index % 7, new float[0]), null);
  }

  private SeriesMemory steppedTo(long last) {
    SeriesState state = forecaster.newState();
    for (long index = 1; index <= last; index++) {
      step(state, index);
    }
    return SeriesMemory.ofLive(state);
  }

  @Test
  void storedMemoryComesAliveAsItWas() throws Exception {
    SeriesMemory live = steppedTo(30);

    SeriesMemory restored = SeriesMemory.ofStored(live.lastIndex(), live.toBytes());

    assertEquals(30, restored.lastIndex());
    assertEquals(live.live(forecaster), restored.live(forecaster));
    assertArrayEquals(live.toBytes(), restored.toBytes());
  }

  @Test
  void copyOfALiveMemoryDoesNotFollowIt() throws Exception {
    SeriesMemory memory = steppedTo(30);
    byte[] before = memory.toBytes();
    SeriesMemory copy = memory.copy();

    step(memory.live(forecaster), 31);

    assertEquals(30, copy.lastIndex());
    assertArrayEquals(before, copy.toBytes());
  }

  @Test
  void memoryThatACheckpointStillWritesDoesNotComeAliveWithItsCopy() throws Exception {
    byte[] stored = steppedTo(30).toBytes();
    SeriesMemory inCheckpoint = SeriesMemory.ofStored(30, stored);

    SeriesMemory inUse = inCheckpoint.copy();
    step(inUse.live(forecaster), 31);

    assertEquals(31, inUse.lastIndex());
    assertEquals(30, inCheckpoint.lastIndex());
    assertArrayEquals(stored, inCheckpoint.toBytes());
  }

  @Test
  void historyIsKeptApartAndWrittenWhenItIsDue() throws Exception {
    SeriesMemory memory = steppedTo(30);
    byte[] history = memory.keepApart();
    int written = 1;

    for (long index = 31; index <= 46; index++) {
      SeriesMemory read = SeriesMemory.ofStored(memory.lastIndex(), memory.toBytes(), "v", 7, true);
      read.join(history);
      step(read.live(forecaster), index);
      byte[] due = read.keepApart();
      history = due.length > 0 ? due : history;
      written += due.length > 0 ? 1 : 0;
      memory = read;
    }

    assertEquals(3, written);
    assertEquals(steppedTo(46).live(forecaster), memory.live(forecaster));
    memory.keepWhole();
    assertArrayEquals(steppedTo(46).toBytes(), memory.toBytes());
  }

  @Test
  void historyThatIsMissingIsAnErrorAndNotANewSeries() {
    SeriesMemory memory = steppedTo(30);
    memory.keepApart();
    SeriesMemory read = SeriesMemory.ofStored(30, memory.toBytes(), "v", 7, true);

    assertThrows(IllegalStateException.class, () -> read.live(forecaster));
    read.keepWhole();
    assertTrue(read.isApart());
  }

  @Test
  void whatIsKeptForLongIsWhole() throws Exception {
    SeriesMemory memory = steppedTo(30);
    byte[] history = memory.keepApart();
    SeriesMemory read = SeriesMemory.ofStored(30, memory.toBytes(), "v", 7, true);
    read.join(history);

    assertEquals(memory.live(forecaster), memory.toKeep().live(forecaster));
    assertEquals(memory.live(forecaster), read.toKeep().live(forecaster));
  }

  @Test
  void stateOfAnotherStepBeginsAnew() throws Exception {
    SeriesMemory restored = SeriesMemory.ofStored(30, steppedTo(30).toBytes());
    ForecasterConfig slower = ForecasterConfig.of(Duration.ofHours(2), 4, 24, 0);

    assertEquals(Long.MIN_VALUE, restored.live(new SeriesForecaster(slower, 1)).lastIndex());
  }
}
