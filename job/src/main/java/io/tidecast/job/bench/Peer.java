package io.tidecast.job.bench;

/**
 * Another library at the work of a bench, one thread, as its own documentation has it done. Found
 * where the class path has any: in builds with the profile {@code peers}.
 */
public interface Peer extends AutoCloseable {
  /** What is done, and what it is measured beside. */
  enum Work {
    /** A value of a series in, the forecast of all leads out: beside the whole step. */
    STEP,
    /** One step of the LSTM and the head's product: beside cell and head. */
    CELL,
    /** A training update over a batch of windows: beside the recurrent member's. */
    UPDATE
  }

  /** With its version. */
  String name();

  Work work();

  /**
   * Gets ready.
   *
   * @throws Exception if the library cannot run here
   */
  void open(BenchOptions options) throws Exception;

  /** Does its work so many times. */
  void run(int times) throws Exception;

  @Override
  void close();
}
