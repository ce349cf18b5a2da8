package io.tidecast.job.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/**
 * Names of the job's own metrics. They are public: dashboards and alerts use them. In Prometheus
 * each is {@code flink_taskmanager_job_task_operator_tidecast_<name>}.
 */
public final class Metrics {
  public static final String GROUP = "tidecast";

  /** Observations accepted, one per series. */
  public static final String OBSERVATIONS = "observations";

  /** Records refused, by {@code reason}. */
  public static final String REJECTED = "rejected";

  /** Values of a target outside its limits, left out of their record. */
  public static final String MASKED = "masked";

  /** Values of a covariate outside its limits, left out of their record. */
  public static final String MASKED_COVARIATES = "maskedCovariates";

  /** Covariates whose changes single precision does not tell. */
  public static final String COARSE = "coarse";

  /** Streams whose event times always lie ahead of or behind their append times. */
  public static final String CLOCKS_OFF = "clocksOff";

  /** Streams of which nothing has come for three steps. */
  public static final String STREAMS_SILENT = "streamsSilent";

  /** Values of a target that became part of a step. */
  public static final String STEPPED = "stepped";

  /** Values of a target in whose place another of the same time came. */
  public static final String REPLACED = "replaced";

  /** Values of a target that came after their step was closed, and amended it. */
  public static final String CORRECTED = "corrected";

  /** Times that a series was stepped again since its past had been amended. */
  public static final String AMENDED = "amended";

  /** Values of a target that came too late to amend their step. */
  public static final String LATE = "late";

  /** Records of Tidecast's own topics that {@code store} could not read and left out. */
  public static final String UNREADABLE = "unreadable";

  /** Forecasts, by {@code quality}. */
  public static final String FORECASTS = "forecasts";

  /** Observations that were not to be expected, and what became known of one, by {@code cause}. */
  public static final String ANOMALIES = "anomalies";

  /** Boundaries decided, one per group, by {@code decision}. */
  public static final String DECISIONS = "decisions";

  /** Trainings finished, by {@code decision}. */
  public static final String TRAININGS = "trainings";

  /** Trainings under way. */
  public static final String TRAININGS_PENDING = "trainingsPending";

  /** Boundaries that have passed and are not decided yet, those in training included. */
  public static final String BOUNDARIES_DUE = "boundariesDue";

  /** Of these those of the group that has most: epochs without a decision. */
  public static final String EPOCHS_UNDECIDED = "epochsUndecided";

  /** Trainings of a group that failed one after the other, of the group that has most. */
  public static final String FAILED_IN_A_ROW = "failedInARow";

  /** Steps that wait for the decision that covers them. */
  public static final String STEPS_WAITING = "stepsWaiting";

  /** Steps left out since the forecaster had gone past them. */
  public static final String STEPS_DROPPED = "stepsDropped";

  /** Steps of all windows that are kept for trainings. */
  public static final String STEPS_KEPT = "stepsKept";

  /** Wall-clock seconds of the last training. */
  public static final String TRAINING_SECONDS = "trainingSeconds";

  /** Since a checkpoint last completed, which is when output is committed. */
  public static final String SECONDS_SINCE_COMMIT = "secondsSinceCommit";

  public static final String BY_REASON = "reason";
  public static final String BY_QUALITY = "quality";
  public static final String BY_CAUSE = "cause";
  public static final String BY_DECISION = "decision";

  private Metrics() {}

  public static MetricGroup group(MetricGroup operator) {
    return operator.addGroup(GROUP);
  }

  public static Counter counter(MetricGroup operator, String name) {
    return group(operator).counter(name);
  }

  /** A counter of one value of a label. */
  public static Counter counter(MetricGroup operator, String name, String label, String value) {
    return group(operator).addGroup(label, value).counter(name);
  }
}
