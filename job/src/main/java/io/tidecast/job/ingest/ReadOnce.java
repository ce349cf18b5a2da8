package io.tidecast.job.ingest;

import io.tidecast.connectors.kafka.RawRecord;
import io.tidecast.connectors.record.Decoded;
import java.util.List;
import java.util.UUID;

/**
 * A reader that does not read a record again which its thread has just read: the source asks for
 * the time of each, for the watermark of its partition, and what is chained behind it takes the
 * same object in. Where it comes as a copy, it is read twice. Copies of one reader, as tasks get
 * them, count as the same.
 */
public final class ReadOnce implements RawRecord.Reader {
  private static final long serialVersionUID = 1;

  private static final ThreadLocal<Last> LAST = ThreadLocal.withInitial(Last::new);

  private final UUID id = UUID.randomUUID();
  private final RawRecord.Reader reader;

  public ReadOnce(RawRecord.Reader reader) {
    this.reader = reader;
  }

  @Override
  public List<Decoded> read(RawRecord record) {
    Last last = LAST.get();
    if (last.record != record || !id.equals(last.reader)) {
      last.says = reader.read(record);
      last.record = record;
      last.reader = id;
    }
    return last.says;
  }

  private static final class Last {
    private UUID reader;
    private RawRecord record;
    private List<Decoded> says;
  }
}
