package io.tidecast.job.demo;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.connectors.record.ModelRecord;
import io.tidecast.job.metrics.Metrics;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run came to, as one JSON object on one line. */
final class Summary {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Summary() {}

  private static final List<String> FATES =
      List.of(Metrics.STEPPED, Metrics.REPLACED, Metrics.CORRECTED, Metrics.LATE, Metrics.MASKED);

  /**
   * @param fates what became of how many values; empty if the job was stopped
   */
  static String of(TopicTally tally, Map<String, Object> fates, double seconds) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("observations", tally.observations());
    json.put("forecasts", tally.forecastCount());
    json.put("rejected", tally.rejected());
    json.put("late", tally.late());
    json.put("masked", tally.masked());
    if (!fates.isEmpty()) {
      ObjectNode values = json.putObject("values");
      values.put("read", FATES.stream().mapToLong(fate -> count(fates, fate)).sum());
      FATES.forEach(fate -> values.put(fate, count(fates, fate)));
    }
    ArrayNode decisions = json.putArray("decisions");
    for (ModelRecord decision : tally.decisions()) {
      decisions
          .addObject()
          .put("group", decision.group())
          .put("boundary", decision.boundary().toString())
          .put("decision", decision.decision())
          .put("version", decision.version())
          .put("pinball", decision.pinball())
          .put("championPinball", decision.championPinball())
          .put("naivePinball", decision.naivePinball());
    }
    Optional<TopicTally.Errors> errors = tally.errors();
    json.put("scoredFrom", tally.scoredFrom() == null ? null : tally.scoredFrom().toString());
    json.put("scored", errors.map(TopicTally.Errors::count).orElse(0L));
    json.put("mae", errors.map(TopicTally.Errors::mae).orElse(null));
    json.put("naiveMae", errors.map(TopicTally.Errors::naiveMae).orElse(null));
    json.put("persistenceMae", errors.map(TopicTally.Errors::persistenceMae).orElse(null));
    json.put("seconds", Math.round(seconds * 10) / 10.0);
    return json.toString();
  }

  private static long count(Map<String, Object> fates, String fate) {
    return (Long) fates.getOrDefault(fate, 0L);
  }
}
