package io.tidecast.connectors.kafka;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;

/** A {@link KafkaSource}, but for what is made of the places that a state holds. */
abstract sealed class TopicSource
    implements Source<RawRecord, KafkaPartitionSplit, KafkaSourceEnumState>,
        ResultTypeQueryable<RawRecord> {
  private static final long serialVersionUID = 1;

  private final KafkaSource<RawRecord> source;

  TopicSource(KafkaSource<RawRecord> source) {
    this.source = source;
  }

  /** From where to where a partition is read whose place was kept. */
  abstract KafkaPartitionSplit placed(KafkaPartitionSplit kept);

  @Override
  public Boundedness getBoundedness() {
    return source.getBoundedness();
  }

  @Override
  public SourceReader<RawRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
      throws Exception {
    return source.createReader(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return source.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws IOException {
    return source.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
    return new Placing(source.getSplitSerializer());
  }

  @Override
  public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
    return source.getEnumeratorCheckpointSerializer();
  }

  @Override
  public TypeInformation<RawRecord> getProducedType() {
    return source.getProducedType();
  }

  private final class Placing implements SimpleVersionedSerializer<KafkaPartitionSplit> {
    private final SimpleVersionedSerializer<KafkaPartitionSplit> serializer;

    Placing(SimpleVersionedSerializer<KafkaPartitionSplit> serializer) {
      this.serializer = serializer;
    }

    @Override
    public int getVersion() {
      return serializer.getVersion();
    }

    @Override
    public byte[] serialize(KafkaPartitionSplit split) throws IOException {
      return serializer.serialize(split);
    }

    @Override
    public KafkaPartitionSplit deserialize(int version, byte[] bytes) throws IOException {
      return placed(serializer.deserialize(version, bytes));
    }
  }

  /**
   * A {@link KafkaSource} that goes on from its state also where a topic of which nothing was read
   * has been deleted since.
   *
   * <p>Why: the connector keeps the place of such a partition as the earliest there is, and asks
   * for it at each restore; of a deleted topic the broker never answers that, and the job would
   * fail by it again and again. Offset 0 says the same and needs no answer: where it is there no
   * more, the client goes on at the earliest there is, as it is told by a source that begins there.
   */
  static final class Open extends TopicSource {
    private static final long serialVersionUID = 1;

    Open(KafkaSource<RawRecord> source) {
      super(source);
    }

    @Override
    KafkaPartitionSplit placed(KafkaPartitionSplit kept) {
      return kept.getStartingOffset() == KafkaPartitionSplit.EARLIEST_OFFSET
          ? new KafkaPartitionSplit(
              kept.getTopicPartition(),
              0,
              kept.getStoppingOffset().orElse(KafkaPartitionSplit.NO_STOPPING_OFFSET))
          : kept;
    }
  }

  /**
   * A bounded {@link KafkaSource} that also ends when it was restored from a checkpoint, of a
   * bounded job or of one that read on for ever.
   *
   * <p>Why: the connector's restored enumerator finds no new partition and then never tells its
   * readers that no split will follow (FLINK-31006, open in 5.0.0), so that a restored bounded job
   * would wait for ever behind its last record. This one tells each reader when it registers. That
   * is right because the partitions are fixed: once the first discovery is over, all that a reader
   * still gets it gets when it registers. Remove it with the connector that has the fix.
   */
  static final class Bounded extends TopicSource {
    private static final long serialVersionUID = 1;

    private final Map<TopicPartition, Long> ends;

    Bounded(KafkaSource<RawRecord> source, Map<TopicPartition, Long> ends) {
      super(source);
      this.ends = new HashMap<>(ends);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
        SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
        throws IOException {
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restored =
          super.restoreEnumerator(context, state);
      return state.initialDiscoveryFinished() ? new Restored(restored, context) : restored;
    }

    /**
     * What a job without an end has left ends where this one does; what is there no more, as of a
     * topic that was deleted, where it was left.
     */
    @Override
    KafkaPartitionSplit placed(KafkaPartitionSplit kept) {
      TopicPartition partition = kept.getTopicPartition();
      Long end = ends.get(partition);
      if (end == null) {
        long left = Math.max(0, kept.getStartingOffset());
        return new KafkaPartitionSplit(partition, left, left);
      }
      return kept.getStoppingOffset().isPresent()
          ? kept
          : new KafkaPartitionSplit(partition, kept.getStartingOffset(), end);
    }

    /** The connector's enumerator, and the word it forgets. */
    private record Restored(
        SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
        SplitEnumeratorContext<KafkaPartitionSplit> context)
        implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {

      @Override
      public void start() {
        enumerator.start();
      }

      @Override
      public void addReader(int subtask) {
        enumerator.addReader(subtask);
        context.signalNoMoreSplits(subtask);
      }

      @Override
      public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        enumerator.addSplitsBack(splits, subtask);
      }

      @Override
      public void handleSplitRequest(int subtask, String host) {
        enumerator.handleSplitRequest(subtask, host);
      }

      @Override
      public void handleSourceEvent(int subtask, SourceEvent event) {
        enumerator.handleSourceEvent(subtask, event);
      }

      @Override
      public KafkaSourceEnumState snapshotState(long checkpoint) throws Exception {
        return enumerator.snapshotState(checkpoint);
      }

      @Override
      public void notifyCheckpointComplete(long checkpoint) throws Exception {
        enumerator.notifyCheckpointComplete(checkpoint);
      }

      @Override
      public void notifyCheckpointAborted(long checkpoint) throws Exception {
        enumerator.notifyCheckpointAborted(checkpoint);
      }

      @Override
      public void close() throws IOException {
        enumerator.close();
      }
    }
  }
}
