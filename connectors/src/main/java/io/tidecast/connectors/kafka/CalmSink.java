package io.tidecast.connectors.kafka;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link KafkaSink} that ends nothing but its own task, and opens no transaction under a name
 * that is another job's by now, see {@link ExactlyOnce.Claim}.
 *
 * <p>Why: when a transaction was aborted by the broker (an outage longer than its timeout, another
 * job with the same transactional ids), the connector's writer throws once more while the failed
 * task closes it. Flink takes an exception there for a broken process and ends the task manager,
 * with every other task on it. Nothing is lost by not throwing: what had not been committed is
 * behind the last checkpoint and comes again.
 */
final class CalmSink<T>
    implements TwoPhaseCommittingStatefulSink<T, KafkaWriterState, KafkaCommittable>,
        SupportsPostCommitTopology<KafkaCommittable> {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(CalmSink.class);

  private final KafkaSink<T> sink;
  private final ExactlyOnce.Claim claim;

  CalmSink(KafkaSink<T> sink, ExactlyOnce.Claim claim) {
    this.sink = sink;
    this.claim = claim;
  }

  @Override
  public PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> createWriter(
      WriterInitContext context) throws IOException {
    return watched(context, () -> sink.createWriter(context));
  }

  @Override
  public PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> restoreWriter(
      WriterInitContext context, Collection<KafkaWriterState> recovered) throws IOException {
    return watched(context, () -> sink.restoreWriter(context, recovered));
  }

  /** How the connector opens a writer. */
  @FunctionalInterface
  private interface Opening<T> {
    PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> open()
        throws IOException;
  }

  private Writer<T> watched(WriterInitContext context, Opening<T> opening) throws IOException {
    ExactlyOnce.Claim.Watch watch = claim.hold(context.getTaskInfo().getIndexOfThisSubtask() == 0);
    try {
      return new Writer<>(opening.open(), watch);
    } catch (IOException | RuntimeException e) {
      watch.close();
      throw e;
    }
  }

  @Override
  public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
    return sink.createCommitter(context);
  }

  @Override
  public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
    return sink.getCommittableSerializer();
  }

  @Override
  public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
    return sink.getWriterStateSerializer();
  }

  @Override
  public void addPostCommitTopology(DataStream<CommittableMessage<KafkaCommittable>> committed) {
    sink.addPostCommitTopology(committed);
  }

  private record Writer<T>(
      PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer,
      ExactlyOnce.Claim.Watch watch)
      implements PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> {

    @Override
    public void write(T record, Context context) throws IOException, InterruptedException {
      try {
        writer.write(record, context);
      } catch (IOException | RuntimeException e) {
        throw explained(e);
      }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
      watch.look();
      try {
        writer.flush(endOfInput);
      } catch (IOException | RuntimeException e) {
        throw explained(e);
      }
    }

    private static IOException explained(Exception e) {
      boolean isFenced =
          ExceptionUtils.findThrowable(e, ProducerFencedException.class).isPresent()
              || ExceptionUtils.findThrowable(e, InvalidProducerEpochException.class).isPresent();
      return new IOException(
          isFenced
              ? "the broker has ended this job's transaction: another job of the same domain and"
                  + " instance has taken it over (stop one of the two, or start it with another"
                  + " --instance), or it was open for longer than kafka.transactionTimeout"
              : "cannot write to Kafka",
          e);
    }

    @Override
    public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
      writer.writeWatermark(watermark);
    }

    @Override
    public Collection<KafkaCommittable> prepareCommit() throws IOException, InterruptedException {
      return writer.prepareCommit();
    }

    @Override
    public List<KafkaWriterState> snapshotState(long checkpoint) throws IOException {
      return writer.snapshotState(checkpoint);
    }

    @Override
    public void close() {
      try {
        IOUtils.closeAll(writer, adminOf(writer), watch);
      } catch (Exception e) {
        LOG.warn("a Kafka writer ends with an open transaction: {}", e.toString());
      }
    }

    /**
     * The client by which the connector's writer looks for open transactions. Up to 5.0.0 it does
     * not close it: its thread would stay after every restart of the job, and with it, on a
     * cluster, the classes of every job that has ended.
     */
    private static AutoCloseable adminOf(Object writer) {
      try {
        Field admin = writer.getClass().getDeclaredField("adminClient");
        admin.setAccessible(true);
        return (AutoCloseable) admin.get(writer);
      } catch (ReflectiveOperationException e) {
        LOG.debug("no admin client to close", e);
        return null;
      }
    }
  }
}
