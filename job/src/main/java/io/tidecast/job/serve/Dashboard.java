package io.tidecast.job.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The queries of one Grafana dashboard, read from the file Grafana reads: the page has none of its
 * own, so both show the same.
 */
final class Dashboard {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String name;
  private final JsonNode tree;

  private Dashboard(String name, JsonNode tree) {
    this.name = name;
    this.tree = tree;
  }

  /** Reads {@code docker/grafana/dashboards/<name>.json}, which the build puts into the jar. */
  static Dashboard load(String name) {
    try (InputStream file = Dashboard.class.getResourceAsStream("dashboards/" + name + ".json")) {
      if (file == null) {
        throw new IllegalArgumentException("dashboard: " + name + "; there is no such file");
      }
      return new Dashboard(name, MAPPER.readTree(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SQL of a panel's targets, by refId, in their order. */
  Map<String, String> panel(String title) {
    Map<String, String> queries = new LinkedHashMap<>();
    for (JsonNode target : named("panels", "title", title).path("targets")) {
      queries.put(target.path("refId").asText(), target.path("rawSql").asText());
    }
    return queries;
  }

  /** SQL of an annotation. */
  String annotation(String annotation) {
    return named("annotations/list", "name", annotation).at("/target/rawSql").asText();
  }

  /** SQL that lists the values of a variable. */
  String variable(String variable) {
    return named("templating/list", "name", variable).path("query").asText();
  }

  private JsonNode named(String list, String key, String value) {
    for (JsonNode entry : tree.at("/" + list)) {
      if (entry.path(key).asText().equals(value)) {
        return entry;
      }
    }
    throw new IllegalArgumentException(name + ": " + list + " has no " + key + " " + value);
  }
}
