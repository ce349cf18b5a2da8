package io.tidecast.model.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidecast.model.Calendar;
import io.tidecast.model.CellConfig;
import io.tidecast.model.ForecasterConfig;
import io.tidecast.model.Grid;
import io.tidecast.model.Holidays;
import io.tidecast.model.Limits;
import io.tidecast.model.QuantileLevels;
import io.tidecast.model.Transform;
import io.tidecast.model.weights.Provenance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Configuration and provenance as JSON, field by field and in fixed order: the stored form stays
 * what it is when a record's fields are renamed or reordered. An absent limit is null; a calendar
 * is there only if it tells something, and of holidays only whether there are any.
 */
final class ConfigJson {
  private ConfigJson() {}

  static ObjectNode json(ForecasterConfig config) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("step", config.grid().toString());
    json.put("horizon", config.horizon());
    ArrayNode levels = json.putArray("levels");
    config.levels().values().forEach(levels::add);
    json.put("season", config.season());
    json.put("longSeason", config.longSeason());
    json.put("transform", config.transform().toString());
    json.put("minimum", finiteOrNull(config.limits().minimum()));
    json.put("maximum", finiteOrNull(config.limits().maximum()));
    if (config.limits().values() != Limits.Values.AS_SEEN) {
      json.put("values", config.limits().values().toString());
    }
    ArrayNode covariates = json.putArray("covariates");
    config.covariates().forEach(covariates::add);
    if (!config.knownFuture().isEmpty()) {
      ArrayNode known = json.putArray("knownFuture");
      config.knownFuture().forEach(known::add);
    }
    if (!config.calendar().equals(Calendar.NONE)) {
      ObjectNode calendar = json.putObject("calendar");
      calendar.put("zone", config.calendar().zone().getId());
      ArrayNode features = calendar.putArray("features");
      config.calendar().features().forEach(feature -> features.add(feature.toString()));
      if (!config.calendar().holidays().isEmpty()) {
        calendar.put("holidays", true);
      }
    }
    ObjectNode cell = json.putObject("cell");
    cell.put("kind", config.cell().kind().toString());
    cell.put("layers", config.cell().layers());
    cell.put("hidden", config.cell().hidden());
    json.put("history", config.history());
    json.put("maxGap", config.maxGap());
    return json;
  }

  private static Double finiteOrNull(double limit) {
    return Double.isInfinite(limit) ? null : limit;
  }

  static ForecasterConfig config(JsonNode json) {
    List<Double> levels = new ArrayList<>();
    json.path("levels").forEach(level -> levels.add(level.asDouble()));
    List<String> covariates = new ArrayList<>();
    json.path("covariates").forEach(name -> covariates.add(name.asText()));
    List<String> known = new ArrayList<>();
    json.path("knownFuture").forEach(name -> known.add(name.asText()));
    JsonNode cell = json.path("cell");
    return new ForecasterConfig(
        Grid.parse(text(json, "step")),
        integer(json, "horizon"),
        new QuantileLevels(levels),
        integer(json, "season"),
        integer(json, "longSeason"),
        transform(text(json, "transform")),
        new Limits(
            json.path("minimum").asDouble(Double.NEGATIVE_INFINITY),
            json.path("maximum").asDouble(Double.POSITIVE_INFINITY),
            labelled(
                "values",
                Limits.Values.values(),
                json.path("values").asText(Limits.Values.AS_SEEN.toString()))),
        covariates,
        known,
        calendar(json.path("calendar")),
        new CellConfig(
            labelled("cell", CellConfig.Kind.values(), text(cell, "kind")),
            integer(cell, "layers"),
            integer(cell, "hidden")),
        integer(json, "history"),
        integer(json, "maxGap"));
  }

  private static Transform transform(String label) {
    return Transform.ofLabel(label)
        .orElseThrow(() -> new IllegalArgumentException("transform: " + label));
  }

  private static Calendar calendar(JsonNode json) {
    if (json.isMissingNode()) {
      return Calendar.NONE;
    }
    List<Calendar.Feature> features = new ArrayList<>();
    json.path("features")
        .forEach(
            label -> features.add(labelled("calendar", Calendar.Feature.values(), label.asText())));
    boolean holidays = json.path("holidays").asBoolean();
    return new Calendar(
        Calendar.zone(text(json, "zone")), features, holidays ? Holidays.some() : Holidays.NONE);
  }

  static ObjectNode json(Provenance provenance) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("group", provenance.group());
    json.put("sequence", provenance.sequence());
    json.put("parent", provenance.parent());
    json.put("seed", provenance.seed());
    json.put("firstStep", provenance.firstStep());
    json.put("lastStep", provenance.lastStep());
    json.put("windows", provenance.windows());
    json.put("series", provenance.series());
    json.put("codeVersion", provenance.codeVersion());
    json.put("pinball", provenance.pinball());
    return json;
  }

  static Provenance provenance(JsonNode json) {
    return new Provenance(
        text(json, "group"),
        integer(json, "sequence"),
        text(json, "parent"),
        whole(json, "seed"),
        whole(json, "firstStep"),
        whole(json, "lastStep"),
        integer(json, "windows"),
        integer(json, "series"),
        text(json, "codeVersion"),
        number(json, "pinball"));
  }

  private static String text(JsonNode json, String key) {
    return required(json, key, json.path(key).isTextual()).asText();
  }

  private static int integer(JsonNode json, String key) {
    return required(json, key, json.path(key).canConvertToInt()).asInt();
  }

  private static long whole(JsonNode json, String key) {
    return required(json, key, json.path(key).canConvertToLong()).asLong();
  }

  private static double number(JsonNode json, String key) {
    return required(json, key, json.path(key).isNumber()).asDouble();
  }

  private static JsonNode required(JsonNode json, String key, boolean there) {
    if (!there) {
      throw new IllegalArgumentException("key " + key + ": " + json.path(key));
    }
    return json.path(key);
  }

  private static <E extends Enum<E>> E labelled(String what, E[] all, String label) {
    return Arrays.stream(all)
        .filter(one -> one.toString().equals(label))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(what + ": " + label));
  }
}
