package io.tidecast.job.forecast;

import io.tidecast.job.state.SeriesMemory;
import io.tidecast.job.state.StoredTypes;
import java.io.IOException;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;

/**
 * The memory of the current key's series, in keyed state. A backend that stores bytes would write
 * all of them at every step: there the history is kept in a value of its own, which is written
 * about every eighth step. A backend that holds objects writes at checkpoints alone, and keeps them
 * whole. Either goes on from what the other has stored.
 */
final class SeriesMemories {
  static final ValueStateDescriptor<SeriesMemory> MEMORY =
      new ValueStateDescriptor<>("series", StoredTypes.SERIES_MEMORY);
  static final ValueStateDescriptor<byte[]> HISTORY =
      new ValueStateDescriptor<>(
          "series-history", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  private final ValueState<SeriesMemory> memory;
  private final ValueState<byte[]> history;
  private final boolean storesBytes;

  SeriesMemories(ValueState<SeriesMemory> memory, ValueState<byte[]> history, boolean storesBytes) {
    this.memory = memory;
    this.history = history;
    this.storesBytes = storesBytes;
  }

  /** Null if there is none. */
  SeriesMemory value() throws IOException {
    SeriesMemory held = memory.value();
    if (held != null && held.isApart()) {
      held.join(history.value());
    }
    return held;
  }

  void update(SeriesMemory held) throws IOException {
    if (storesBytes) {
      byte[] due = held.keepApart();
      if (due.length > 0) {
        history.update(due);
      }
    } else if (held.isApart()) {
      held.keepWhole();
      if (!held.isApart()) {
        history.clear();
      }
    }
    memory.update(held);
  }

  void clear() {
    memory.clear();
    history.clear();
  }
}
