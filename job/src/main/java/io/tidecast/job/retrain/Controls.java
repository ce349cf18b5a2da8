package io.tidecast.job.retrain;

import io.tidecast.job.state.GroupControl;
import io.tidecast.job.state.StoredTypes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of the current key's group and is not decided yet, and how far the control topic
 * has been read for it. State per group: a record for each boundary that something is asked for, at
 * most 1,000, with its model; an offset.
 */
final class Controls {
  private static final Logger LOG = LoggerFactory.getLogger(Controls.class);
  private static final int MOST = 1_000;

  private static final ListStateDescriptor<GroupControl> WAITING =
      new ListStateDescriptor<>("controls", StoredTypes.GROUP_CONTROL);
  private static final ValueStateDescriptor<Long> READ =
      new ValueStateDescriptor<>("last-control-read", Types.LONG);

  private final ListState<GroupControl> waiting;
  private final ValueState<Long> read;
  private final long awaited;
  private final Set<String> said = new HashSet<>();

  /**
   * @param awaited nothing is decided until the controls with offsets below have been read
   */
  Controls(KeyedStateStore state, long awaited) {
    waiting = state.getListState(WAITING);
    read = state.getState(READ);
    this.awaited = awaited;
  }

  /**
   * Of a group that is new.
   *
   * @param joins a job that goes on from its state, which has read what there was without it
   */
  void begin(boolean joins) throws Exception {
    if (read.value() == null) {
      read(joins ? awaited - 1 : -1);
    }
  }

  void read(long offset) throws Exception {
    read.update(offset);
  }

  /** A fresh run is asked the same at the same boundaries as the one before. */
  boolean isCaughtUp() throws Exception {
    return read.value() >= awaited - 1;
  }

  /**
   * Takes the place of those that it is heard in place of at every boundary.
   *
   * @return false if it is left out, for as many as may wait do
   */
  boolean add(GroupControl control) throws Exception {
    List<GroupControl> left = new ArrayList<>();
    for (GroupControl before : all()) {
      if (before.notBefore() < control.notBefore() || before.offset() > control.offset()) {
        left.add(before);
      }
    }
    boolean isFull = left.size() >= MOST;
    if (isFull && said.add(control.group())) {
      LOG.warn(
          "left out what is asked of group {} from offset {} of the control topic on: {} wait",
          control.group(),
          control.offset(),
          left.size());
    }
    if (isFull) {
      return false;
    }
    said.remove(control.group());
    left.add(control);
    waiting.update(left);
    return true;
  }

  /** The last that was asked for and may be decided at a boundary. */
  GroupControl lastFor(long boundary) throws Exception {
    GroupControl last = GroupControl.NONE;
    for (GroupControl control : all()) {
      last = control.notBefore() <= boundary && control.offset() > last.offset() ? control : last;
    }
    return last;
  }

  /** Those that a boundary was decided by, or could have been. */
  void forget(long boundary, long upTo) throws Exception {
    List<GroupControl> left = new ArrayList<>();
    for (GroupControl control : all()) {
      if (control.notBefore() > boundary || control.offset() > upTo) {
        left.add(control);
      }
    }
    waiting.update(left);
  }

  private Iterable<GroupControl> all() throws Exception {
    Iterable<GroupControl> found = waiting.get();
    return found == null ? List.of() : found;
  }
}
