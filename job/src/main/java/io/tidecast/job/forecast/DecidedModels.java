package io.tidecast.job.forecast;

import io.tidecast.job.state.Champions;
import io.tidecast.job.state.GroupModels;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;

/**
 * What has been decided of each group's models: which version serves an origin, and up to where
 * that is known. It holds the artifacts of the versions an origin may still need.
 *
 * <p>In a checkpoint an artifact is once, however many subtasks hold it: broadcast state, which
 * every subtask writes, has the versions without their artifacts, and each of those is written by
 * one subtask, to union state, which every subtask reads.
 *
 * <p><b>Why none is missing.</b> Before a barrier all subtasks have had the same notices. They drop
 * versions at different times, but never one of the newest few of a group, so of these all have the
 * same. What a subtask holds beyond them it writes itself.
 */
final class DecidedModels {
  private static final MapStateDescriptor<String, GroupModels> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, StoredTypes.GROUP_MODELS);

  /** By version. */
  private static final ListStateDescriptor<Tuple2<String, byte[]>> ARTIFACTS =
      new ListStateDescriptor<>(
          "artifacts",
          Types.TUPLE(Types.STRING, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));

  private final BroadcastState<String, GroupModels> stored;
  private final ListState<Tuple2<String, byte[]>> artifacts;
  private final Map<String, GroupModels> models = new HashMap<>();
  private final Champions champions;
  private final Grid grid;
  private final long replayedSteps;

  /**
   * As the state has it.
   *
   * @param champions what serves groups of which nothing is decided yet
   * @param replayedSteps as far back an origin may be stepped again
   */
  DecidedModels(OperatorStateStore store, Champions champions, Grid grid, long replayedSteps)
      throws Exception {
    this.champions = champions;
    this.grid = grid;
    this.replayedSteps = replayedSteps;
    stored = store.getBroadcastState(MODELS);
    artifacts = store.getUnionListState(ARTIFACTS);
    Map<String, byte[]> byVersion = new HashMap<>();
    for (Tuple2<String, byte[]> artifact : artifacts.get()) {
      byVersion.put(artifact.f0, artifact.f1);
    }
    for (Map.Entry<String, GroupModels> group : stored.immutableEntries()) {
      models.put(group.getKey(), group.getValue().withArtifacts(byVersion));
    }
  }

  /** Writes what this subtask has to. */
  void snapshot(TaskInfo task) throws Exception {
    Map<String, byte[]> own = new TreeMap<>();
    for (Map.Entry<String, GroupModels> group : models.entrySet()) {
      for (GroupModels.Held held : group.getValue().newest()) {
        int writer = Math.floorMod(held.version().hashCode(), task.getNumberOfParallelSubtasks());
        if (writer == task.getIndexOfThisSubtask()) {
          own.put(held.version(), held.artifact());
        }
      }
      stored.put(group.getKey(), group.getValue().withoutArtifactsOfNewest());
    }
    List<Tuple2<String, byte[]>> list = new ArrayList<>();
    own.forEach((version, artifact) -> list.add(Tuple2.of(version, artifact)));
    artifacts.update(list);
  }

  GroupModels of(String group) {
    GroupModels known = models.get(group);
    return known == null ? GroupModels.initial(champions.progress(group)) : known;
  }

  void add(GroupNotice notice, long watermark) {
    long replayedFrom =
        watermark == Long.MIN_VALUE ? watermark : grid.end(grid.indexOf(watermark) - replayedSteps);
    models.put(notice.group(), of(notice.group()).with(notice, watermark, replayedFrom));
  }
}
