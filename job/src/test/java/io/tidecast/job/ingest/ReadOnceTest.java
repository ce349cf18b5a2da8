package io.tidecast.job.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class ReadOnceTest {
  private static final AtomicInteger READ = new AtomicInteger();

  private final ReadOnce reader = new ReadOnce(ReadOnceTest::counted);

  private static List<Decoded> counted(RawRecord record) {
    READ.incrementAndGet();
    return List.of();
  }

  private static RawRecord record() {
    return new RawRecord("topic", 0, 7, 0, null, new byte[] {1});
  }

  @Test
  void copiesOfOneReaderReadARecordOnce() throws Exception {
    ReadOnce copy = InstantiationUtil.clone(reader);
    RawRecord record = record();
    int before = READ.get();
    assertThat(copy.read(record)).isSameAs(reader.read(record));
    assertThat(READ.get() - before).isEqualTo(1);
  }

  @Test
  void anotherRecordReaderOrThreadReads() throws Exception {
    RawRecord record = record();
    int before = READ.get();
    reader.read(record);
    reader.read(record());
    reader.read(record);
    new ReadOnce(ReadOnceTest::counted).read(record);
    var thread = Executors.newSingleThreadExecutor();
    try {
      CompletableFuture.runAsync(() -> reader.read(record), thread).get();
    } finally {
      thread.shutdownNow();
    }
    assertThat(READ.get() - before).isEqualTo(5);
  }
}
