package io.tidecast.job.grafana;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files under {@code docker/grafana}, and the queries in them. */
public final class DashboardFile {
  static final Path GRAFANA = Path.of("..", "docker", "grafana");
  static final List<String> NAMES = List.of("forecast", "accuracy", "models", "pipeline");

  /**
   * A query of a panel, a variable, an annotation or an alert.
   *
   * @param place for messages
   * @param sql as it is written in the file
   * @param timeSeries whether the result has to be a time series
   */
  record Query(String place, String sql, boolean timeSeries) {}

  private DashboardFile() {}

  public static JsonNode dashboard(String name) throws IOException {
    return new ObjectMapper()
        .readTree(GRAFANA.resolve("dashboards").resolve(name + ".json").toFile());
  }

  static JsonNode alertRules() throws IOException {
    return new YAMLMapper()
        .readTree(GRAFANA.resolve("provisioning/alerting/rules.yaml").toFile())
        .at("/groups/0/rules");
  }

  static List<Query> queries(JsonNode panel) {
    List<Query> queries = new ArrayList<>();
    for (JsonNode target : panel.path("targets")) {
      if (target.has("rawSql")) {
        queries.add(query(panel.path("title").asText(), target));
      }
    }
    return queries;
  }

  static List<Query> annotations(JsonNode dashboard) {
    List<Query> queries = new ArrayList<>();
    for (JsonNode annotation : dashboard.at("/annotations/list")) {
      queries.add(
          query("annotation " + annotation.path("name").asText(), annotation.path("target")));
    }
    return queries;
  }

  static List<Query> variables(JsonNode dashboard) {
    List<Query> queries = new ArrayList<>();
    for (JsonNode variable : dashboard.at("/templating/list")) {
      if (variable.path("type").asText().equals("query")) {
        queries.add(
            new Query(
                "variable " + variable.path("name").asText(),
                variable.path("query").asText(),
                false));
      }
    }
    return queries;
  }

  static List<Query> alerts(JsonNode rules) {
    List<Query> queries = new ArrayList<>();
    for (JsonNode rule : rules) {
      JsonNode model = rule.at("/data/0/model");
      if (model.has("rawSql")) {
        queries.add(query("alert " + rule.path("title").asText(), model));
      }
    }
    return queries;
  }

  private static Query query(String place, JsonNode target) {
    return new Query(
        place + " " + target.path("refId").asText(),
        target.path("rawSql").asText(),
        target.path("format").asText().equals("time_series"));
  }

  /** PromQL of panels and alerts. */
  static List<String> promQl(JsonNode anything) {
    return anything.findValuesAsText("expr");
  }
}
