package io.tidecast.job.offline;

/** Shows a person how far a long run has come. */
public interface Phases {
  Phases SILENT =
      (name, length) ->
          new Phase() {
            @Override
            public void at(long place, String note) {}

            @Override
            public void close() {}
          };

  /**
   * Begins a phase; the one before has been closed.
   *
   * @param length the place at which it ends
   */
  Phase begin(String name, long length);

  /** A part of the run under way. */
  interface Phase extends AutoCloseable {
    /**
     * Tells the place reached.
     *
     * @param note beside it
     */
    void at(long place, String note);

    @Override
    void close();
  }
}
