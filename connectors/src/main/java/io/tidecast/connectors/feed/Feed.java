package io.tidecast.connectors.feed;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Iterator;

/**
 * A source of observations in order of time, fully determined by its settings. The configuration
 * knows which there are, each by its {@code type}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Feed {

  /**
   * All rows from the first, in order of (time, stream); row n is always the same.
   *
   * @throws IllegalArgumentException if a file cannot be read as the settings say; with the place
   * @throws IllegalStateException if the feed has no start yet: see {@link #anchored}
   */
  Iterator<FeedRow> rows();

  /**
   * This feed with its start fixed. A generated feed without a {@code start} begins {@code
   * backfill} steps before the last full step at {@code now}; others stay as they are. To go on
   * with the same rows after a restart, anchor at the same moment again.
   */
  Feed anchored(Instant now);
}
