package io.tidecast.job.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules that a dashboard keeps whatever it shows; those of Grafana's own linter among them. */
class DashboardLintTest {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");

  @ParameterizedTest
  @ValueSource(strings = {"forecast", "accuracy", "models", "pipeline"})
  void dashboardKeepsTheRules(String name) throws Exception {
    JsonNode dashboard = DashboardFile.dashboard(name);

    assertEquals(41, dashboard.path("schemaVersion").asInt(), "newest that Grafana 11.6 reads");
    assertEquals("tidecast-" + name, dashboard.path("uid").asText());
    assertFalse(dashboard.has("id"), "an id belongs to one server");
    assertFalse(dashboard.path("editable").asBoolean(true), "files are the only copy");
    assertTrue(dashboard.path("refresh").asText().matches("[1-9]\\d+s|\\d+m"), "10 s or slower");
    assertTrue(dashboard.path("description").asText().length() > 10);
    Set<Integer> ids = new HashSet<>();
    List<JsonNode> panels = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertTrue(ids.add(panel.path("id").asInt()), "panel ids are unique");
      checkPanel(panel);
      panels.add(panel);
    }
    assertNoOverlap(panels);
    assertVariablesAreDeclared(dashboard);
  }

  @Test
  void alertRulesKeepTheRules() throws Exception {
    Set<String> uids = new HashSet<>();
    for (JsonNode rule : DashboardFile.alertRules()) {
      String title = rule.path("title").asText();
      assertTrue(uids.add(rule.path("uid").asText()), title);
      assertTrue(
          rule.path("data").findValuesAsText("refId").contains(rule.path("condition").asText()),
          title);
      assertTrue(rule.at("/annotations/summary").asText().length() > 10, title);
      assertFalse(
          rule.path("labels").toString().contains("$"),
          title + ": in a label Grafana takes $ for an environment variable");
    }
    assertEquals(10, uids.size());
  }

  @Test
  void dataSourcesAreTheOnesThatPanelsName() throws Exception {
    Set<String> declared = new HashSet<>();
    new YAMLMapper()
        .readTree(
            DashboardFile.GRAFANA.resolve("provisioning/datasources/datasources.yaml").toFile())
        .path("datasources")
        .forEach(
            source -> declared.add(source.path("type").asText() + source.path("uid").asText()));

    for (String name : DashboardFile.NAMES) {
      for (JsonNode source : DashboardFile.dashboard(name).findValues("datasource")) {
        assertTrue(
            declared.contains(source.path("type").asText() + source.path("uid").asText()),
            name + ": " + source);
      }
    }
  }

  private static void checkPanel(JsonNode panel) {
    String title = panel.path("title").asText();
    assertFalse(title.isBlank());
    assertTrue(panel.path("description").asText().length() > 10, title);
    assertFalse(panel.at("/fieldConfig/defaults/unit").asText().isBlank(), title);
    assertFalse(panel.at("/datasource/uid").asText().isBlank(), title);
    Set<String> targets = new HashSet<>();
    for (JsonNode target : panel.path("targets")) {
      assertTrue(targets.add(target.path("refId").asText()), title);
      String expression = target.path("expr").asText();
      assertFalse(
          expression.matches(".*(rate|increase)\\(.*\\[(?!\\$__rate_interval]).*"),
          title + ": $__rate_interval follows the time range, a fixed one does not");
    }
    assertFalse(targets.isEmpty(), title);
  }

  private static void assertNoOverlap(List<JsonNode> panels) {
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : panels) {
      JsonNode at = panel.path("gridPos");
      assertTrue(at.path("x").asInt() + at.path("w").asInt() <= 24, panel.path("title").asText());
      for (int x = 0; x < at.path("w").asInt(); x++) {
        for (int y = 0; y < at.path("h").asInt(); y++) {
          String cell = (at.path("x").asInt() + x) + "," + (at.path("y").asInt() + y);
          assertTrue(cells.add(cell), panel.path("title").asText() + " overlaps at " + cell);
        }
      }
    }
  }

  private static void assertVariablesAreDeclared(JsonNode dashboard) {
    Set<String> declared = new HashSet<>();
    dashboard.at("/templating/list").forEach(v -> declared.add(v.path("name").asText()));
    List<String> texts = new ArrayList<>(dashboard.findValuesAsText("rawSql"));
    texts.addAll(DashboardFile.promQl(dashboard));
    for (String text : texts) {
      Matcher used = VARIABLE.matcher(text);
      while (used.find()) {
        String name = used.group(1);
        assertTrue(name.startsWith("__") || declared.contains(name), name + " in " + text);
      }
    }
  }
}
