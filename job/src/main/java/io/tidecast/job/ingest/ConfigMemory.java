package io.tidecast.job.ingest;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The configuration that the job's state was written under. Nearly everything may be another when
 * the job goes on: what is different is taken over, and said once in the log. What gives every
 * number in the state another meaning is refused, and the job ends instead of starting over and
 * over.
 *
 * <p>State: the keys and their values, about 2 kB, with the first subtask.
 */
final class ConfigMemory {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigMemory.class);

  /** Other topics, or another grid: nothing in the state is of use. */
  private static final Set<String> FIXED =
      Set.of(
          "domain",
          "series.step",
          "series.anchor",
          "series.sessions.days",
          "series.sessions.open",
          "series.sessions.close");

  private static final String ZONE = "series.zone";
  private static final String HOLIDAYS = "series.sessions.holidays";
  private static final Pattern DATE = Pattern.compile("\\d+-\\d\\d-\\d\\d");

  private static final ListStateDescriptor<Tuple2<String, String>> STATE =
      new ListStateDescriptor<>("configuration", Types.TUPLE(Types.STRING, Types.STRING));

  private final ListState<Tuple2<String, String>> state;
  private final boolean isFirst;

  private ConfigMemory(ListState<Tuple2<String, String>> state, boolean isFirst) {
    this.state = state;
    this.isFirst = isFirst;
  }

  /**
   * Compares what is in effect with what was.
   *
   * @param now in effect, by key; empty to compare nothing
   * @param seen the latest event time, milliseconds: steps up to there have their numbers
   * @throws SuppressRestartsException for what cannot be another
   */
  static ConfigMemory open(
      OperatorStateStore store, Map<String, String> now, int subtask, long seen) throws Exception {
    ConfigMemory memory = new ConfigMemory(store.getUnionListState(STATE), subtask == 0);
    Map<String, String> before = new TreeMap<>();
    memory.state.get().forEach(entry -> before.put(entry.f0, entry.f1));
    if (!before.isEmpty() && !now.isEmpty()) {
      memory.compare(before, now, seen);
    }
    return memory;
  }

  private void compare(Map<String, String> before, Map<String, String> now, long seen) {
    Set<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    List<String> different = new ArrayList<>();
    for (String key : keys) {
      String was = before.get(key);
      String is = now.get(key);
      if (!Objects.equals(was, is)) {
        different.add(key + ": " + orAbsent(was) + " -> " + orAbsent(is));
        refuseFixed(key, before, is);
        if (key.equals(HOLIDAYS)) {
          refusePast(orAbsent(was), orAbsent(is), seen);
        }
      }
    }
    if (isFirst && !different.isEmpty()) {
      LOG.info("going on with another configuration; taken over: {}", different);
    }
  }

  private static void refuseFixed(String key, Map<String, String> before, String is) {
    String was = before.get(key);
    boolean isLocal =
        before.containsKey("series.anchor") || before.containsKey("series.sessions.days");
    if (FIXED.contains(key) || key.equals(ZONE) && isLocal) {
      throw new SuppressRestartsException(
          new IllegalArgumentException(
              key
                  + ": "
                  + orAbsent(is)
                  + "; accepted: "
                  + orAbsent(was)
                  + ", as in the state, or a start without it"));
    }
  }

  /** A holiday more or less in the past would give every step since another number. */
  private static void refusePast(String was, String is, long seen) {
    Set<String> changed = dates(was);
    changed.addAll(dates(is));
    changed.removeIf(date -> was.contains(date) && is.contains(date));
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(seen), ZoneOffset.MAX);
    for (String date : changed) {
      if (!LocalDate.parse(date).isAfter(today)) {
        throw new SuppressRestartsException(
            new IllegalArgumentException(
                HOLIDAYS
                    + ": "
                    + date
                    + (is.contains(date) ? " is new" : " is gone")
                    + "; accepted: changes after "
                    + today
                    + ", up to where the state has come, or a start without it"));
      }
    }
  }

  private static Set<String> dates(String list) {
    return DATE.matcher(list)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String orAbsent(String value) {
    return value == null ? "absent" : value;
  }

  void snapshot(Map<String, String> now) throws Exception {
    List<Tuple2<String, String>> entries = new ArrayList<>();
    if (isFirst) {
      now.forEach((key, value) -> entries.add(Tuple2.of(key, value)));
    }
    state.update(entries);
  }
}
