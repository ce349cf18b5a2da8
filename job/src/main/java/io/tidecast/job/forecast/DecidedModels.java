package io.tidecast.job.forecast;

import io.tidecast.job.state.Champions;
import io.tidecast.job.state.GroupModels;
import io.tidecast.job.state.GroupNotice;
import io.tidecast.job.state.StoredTypes;
import io.tidecast.model.Grid;
import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * What has been decided of each group's models, in broadcast state: which version serves an origin,
 * and up to where that is known. It holds the artifacts of the versions an origin may still need.
 */
final class DecidedModels {
  static final MapStateDescriptor<String, GroupModels> MODELS =
      new MapStateDescriptor<>("models", Types.STRING, StoredTypes.GROUP_MODELS);

  private final BroadcastState<String, GroupModels> models;
  private final Champions champions;
  private final Grid grid;
  private final long replayedSteps;

  /**
   * @param champions what serves groups of which nothing is decided yet
   * @param replayedSteps as far back an origin may be stepped again
   */
  DecidedModels(
      BroadcastState<String, GroupModels> models,
      Champions champions,
      Grid grid,
      long replayedSteps) {
    this.models = models;
    this.champions = champions;
    this.grid = grid;
    this.replayedSteps = replayedSteps;
  }

  GroupModels of(String group) throws Exception {
    GroupModels known = models.get(group);
    return known == null ? GroupModels.initial(champions.progress(group)) : known;
  }

  void add(GroupNotice notice, long watermark) throws Exception {
    long replayedFrom =
        watermark == Long.MIN_VALUE ? watermark : grid.end(grid.indexOf(watermark) - replayedSteps);
    models.put(notice.group(), of(notice.group()).with(notice, watermark, replayedFrom));
  }
}
