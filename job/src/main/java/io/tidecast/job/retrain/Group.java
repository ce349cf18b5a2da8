package io.tidecast.job.retrain;

import java.util.ArrayDeque;
import java.util.List;
import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * Where a group stands between its boundaries: those that are due, the next one, and up to where
 * its origins are covered. Every watermark looks at it, so it mirrors what lies in keyed state;
 * that is written for the current key, which has to be the group's.
 */
final class Group {
  private static final ListStateDescriptor<Long> DUE =
      new ListStateDescriptor<>("due-boundaries", Types.LONG);
  private static final ValueStateDescriptor<Long> NEXT =
      new ValueStateDescriptor<>("next-boundary", Types.LONG);

  private final String name;
  private final RetrainPolicy policy;
  private final ListState<Long> dueState;
  private final ValueState<Long> nextState;
  private final ArrayDeque<Long> due = new ArrayDeque<>();
  private long next;
  private long coveredBefore = Long.MIN_VALUE;
  private long stepsKept;
  private int failures;

  /** The group of the current key, as its state has it. */
  Group(String name, RetrainPolicy policy, KeyedStateStore state) throws Exception {
    this.name = name;
    this.policy = policy;
    dueState = state.getListState(DUE);
    nextState = state.getState(NEXT);
    dueState.get().forEach(due::add);
    Long stored = nextState.value();
    next = stored == null ? Long.MIN_VALUE : stored;
  }

  String name() {
    return name;
  }

  int due() {
    return due.size();
  }

  /** The boundary that is decided next. */
  long firstDue() {
    return due.element();
  }

  void fallDue(long boundary) throws Exception {
    due.add(boundary);
    dueState.add(boundary);
  }

  /** The first boundary that is due is decided, and covers origins by itself. */
  void decided(long coveredBefore) throws Exception {
    due.remove();
    dueState.update(List.copyOf(due));
    this.coveredBefore = Math.max(this.coveredBefore, coveredBefore);
  }

  /** The first boundary that no watermark has passed; {@link Long#MIN_VALUE} before the first. */
  long next() {
    return next;
  }

  /** Whether no watermark had come as far; at {@link Long#MAX_VALUE} nothing comes any more. */
  boolean isPassedBy(long watermark) {
    return boundaryAfter(watermark) > next;
  }

  void pass(long watermark) throws Exception {
    next = boundaryAfter(watermark);
    if (watermark != Long.MAX_VALUE) {
      nextState.update(next);
    }
  }

  private long boundaryAfter(long watermark) {
    return watermark == Long.MAX_VALUE ? Long.MAX_VALUE : policy.boundaryAfter(watermark);
  }

  /** Covers origins up to the first boundary that is not decided; whether that is farther. */
  boolean cover() {
    long boundary = due.isEmpty() ? next : due.element();
    long before = boundary == Long.MAX_VALUE ? boundary : policy.validFrom(boundary);
    boolean isFarther = before > coveredBefore;
    coveredBefore = Math.max(coveredBefore, before);
    return isFarther;
  }

  long coveredBefore() {
    return coveredBefore;
  }

  /** Trainings that failed one after the other, since the task began. */
  int failures() {
    return failures;
  }

  void trained(boolean failed) {
    failures = failed ? failures + 1 : 0;
  }

  /** Of its windows, for its trainings. */
  long stepsKept() {
    return stepsKept;
  }

  void keep(long steps) {
    stepsKept = steps;
  }
}
