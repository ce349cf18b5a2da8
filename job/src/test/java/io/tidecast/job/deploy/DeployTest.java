package io.tidecast.job.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidecast.job.cli.Tidecast;
import io.tidecast.job.config.JobConfig;
import io.tidecast.job.metrics.Metrics;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The manifests, as far as they can be held without a cluster. */
class DeployTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..");
  private static final Path DEPLOY = ROOT.resolve("deploy");
  private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{(\\w+)}");

  @Test
  void everyKeyOfEveryManifestIsOneItsKindKnows() throws IOException {
    Map<String, Set<String>> faults = new TreeMap<>();
    int manifests = 0;
    for (Path file : files()) {
      for (Manifest manifest : Manifest.all(Files.readString(file))) {
        if (manifest.node().has("apiVersion") && !manifest.kind().equals("Kustomization")) {
          manifests++;
          faults.merge(DEPLOY.relativize(file).toString(), manifest.faults(), DeployTest::both);
        }
      }
    }

    faults.values().removeIf(Set::isEmpty);
    assertEquals(Map.of(), faults);
    assertTrue(manifests >= 12, manifests + " manifests");
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "monitoring", "overlays/dev", "overlays/s3"})
  void whatKustomizeMakesOfItIsAsStrictlyRight(String directory) throws Exception {
    Map<String, Set<String>> faults = new TreeMap<>();
    List<Manifest> built = Manifest.all(kustomized(DEPLOY.resolve(directory)));
    for (Manifest manifest : built) {
      faults.put(manifest.kind() + " " + manifest.name(), manifest.faults());
      assertEquals("tidecast", manifest.node().at("/metadata/namespace").asText());
    }

    faults.values().removeIf(Set::isEmpty);
    assertEquals(Map.of(), faults);
    assertFalse(built.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base/forecast.yaml|runAsNonRoot|runAsNonroot",
        "base/forecast.yaml|upgradeMode: savepoint|upgradeMode: savepiont",
        "base/forecast.yaml|port: \"9249\"|port: 9249",
        "overlays/s3/forecast.yaml|flinkConfiguration|flinkConfigurations",
        "overlays/s3/forecast.yaml|execution.checkpointing.dir|execution.checkpointing.dirs",
        "base/network-policy.yaml|podSelector|podSelektor",
        "monitoring/prometheus-rule.yaml|alert: |alarm: ",
        "monitoring/pod-monitor.yaml|podMetricsEndpoints|podMetricEndpoints"
      })
  void aMisspeltKeyIsFound(String mistake) throws IOException {
    String[] parts = mistake.split("\\|");
    String right = Files.readString(DEPLOY.resolve(parts[0]));
    assertTrue(right.contains(parts[1]), mistake);

    Set<String> faults = new TreeSet<>();
    for (Manifest manifest : Manifest.all(right.replaceFirst(parts[1], parts[2]))) {
      faults.addAll(manifest.faults());
    }
    assertFalse(faults.isEmpty(), mistake);
  }

  @Test
  void theConfigurationIsOneTheJobTakesAndItsEnvironmentIsGiven(@TempDir Path directory)
      throws IOException {
    String text = Files.readString(DEPLOY.resolve("base/tidecast.yaml"));
    Path file =
        Files.writeString(
            directory.resolve("tidecast.yaml"), ENVIRONMENT.matcher(text).replaceAll("given"));
    assertEquals("weather", JobConfig.read(file).domain());

    Set<String> used =
        ENVIRONMENT.matcher(text).results().map(m -> m.group(1)).collect(Collectors.toSet());
    String guide = Files.readString(DEPLOY.resolve("README.md"));
    for (Manifest deployment : deployments()) {
      Set<String> given =
          stream(container(deployment).path("env"))
              .map(variable -> variable.path("name").asText())
              .collect(Collectors.toSet());
      for (String name : used) {
        assertTrue(given.contains(name) || guide.contains("--from-literal=" + name), name);
      }
    }
  }

  @Test
  void whatIsStartedIsWhatTheImageHolds() throws Exception {
    String dockerfile = Files.readString(ROOT.resolve("docker/Dockerfile"));
    String compose = Files.readString(ROOT.resolve("docker/compose.yaml"));
    String pom = Files.readString(ROOT.resolve("pom.xml"));
    String flink = find(pom, "<flink.version>(\\d+)\\.(\\d+)", "v$1_$2");
    String tag =
        Manifest.YAML
            .readTree(DEPLOY.resolve("base/kustomization.yaml").toFile())
            .at("/images/0/newTag")
            .asText();

    assertTrue(compose.contains("image: tidecast:" + tag), tag);
    for (Manifest deployment : deployments()) {
      JsonNode spec = deployment.node().path("spec");
      assertEquals(flink, spec.path("flinkVersion").asText());
      assertEquals(Tidecast.class.getName(), spec.at("/job/entryClass").asText());
      String jar = spec.at("/job/jarURI").asText().replace("local://", "");
      assertTrue(dockerfile.contains(" " + jar), jar);
    }
  }

  @Test
  void podsAreNobodyInParticularOnAFileSystemThatCannotBeWritten() throws IOException {
    for (Manifest deployment : deployments()) {
      JsonNode pod = deployment.node().at("/spec/podTemplate/spec");
      assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean());
      assertEquals(9999, pod.at("/securityContext/runAsUser").asInt());
      JsonNode container = container(deployment).path("securityContext");
      assertTrue(container.path("readOnlyRootFilesystem").asBoolean());
      assertFalse(container.path("allowPrivilegeEscalation").asBoolean(true));
      assertEquals("[\"ALL\"]", container.at("/capabilities/drop").toString());
    }
  }

  @Test
  void selectorsFindTheDeploymentsAndPortsAreTheirs() throws IOException {
    Set<String> names = new TreeSet<>();
    Set<String> ports = new TreeSet<>(Set.of("8081"));
    for (Manifest deployment : deployments()) {
      names.add(deployment.name());
      JsonNode settings = deployment.node().at("/spec/flinkConfiguration");
      settings.properties().stream()
          .filter(setting -> setting.getKey().endsWith(".port"))
          .forEach(setting -> ports.add(setting.getValue().asText()));
      assertEquals(
          settings.path("metrics.reporter.prom.port").asText(),
          container(deployment).at("/ports/0/containerPort").asText());
    }
    Manifest policy = one("base/network-policy.yaml");
    Manifest monitor = one("monitoring/pod-monitor.yaml");

    assertEquals(names, values(policy.node().at("/spec/podSelector/matchExpressions/0/values")));
    assertEquals(names, values(monitor.node().at("/spec/selector/matchExpressions/0/values")));
    Set<String> open =
        stream(policy.node().at("/spec/ingress"))
            .flatMap(rule -> stream(rule.path("ports")))
            .map(port -> port.path("port").asText())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(ports, open);
  }

  @Test
  void everyDashboardIsDeployedFromTheOnlyCopy() throws IOException {
    JsonNode generator =
        Manifest.YAML.readTree(ROOT.resolve("docker/grafana/kustomization.yaml").toFile());
    try (Stream<Path> files = Files.list(ROOT.resolve("docker/grafana/dashboards"))) {
      assertEquals(
          files.map(file -> "dashboards/" + file.getFileName()).collect(Collectors.toSet()),
          values(generator.at("/configMapGenerator/0/files")));
    }
  }

  @Test
  void everyAlertIsInTheGuide() throws IOException {
    String guide = Files.readString(DEPLOY.resolve("README.md"));
    stream(one("monitoring/prometheus-rule.yaml").node().at("/spec/groups/0/rules"))
        .map(rule -> rule.path("alert").asText())
        .forEach(alert -> assertTrue(guide.contains("`" + alert + "`"), alert));
  }

  /** A metric with a label stands after it, so only the end of its name is the metric's. */
  @Test
  void everyAlertWatchesAMetricOfTheJob() throws Exception {
    Set<String> watched =
        Pattern.compile("operator_tidecast_(\\w+)")
            .matcher(Files.readString(DEPLOY.resolve("monitoring/prometheus-rule.yaml")))
            .results()
            .map(found -> found.group(1).replaceFirst("^(reason|quality|decision)_", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> counted = new TreeSet<>();
    for (Field constant : Metrics.class.getFields()) {
      counted.add((String) constant.get(null));
    }

    assertFalse(watched.isEmpty());
    watched.removeAll(counted);
    assertEquals(Set.of(), watched);
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(DEPLOY)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static List<Manifest> deployments() throws IOException {
    return List.of(one("base/forecast.yaml"), one("base/store.yaml"));
  }

  private static Manifest one(String file) throws IOException {
    return Manifest.all(Files.readString(DEPLOY.resolve(file))).get(0);
  }

  private static JsonNode container(Manifest deployment) {
    return deployment.node().at("/spec/podTemplate/spec/containers/0");
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static Set<String> values(JsonNode array) {
    return stream(array).map(JsonNode::asText).collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> both(Set<String> some, Set<String> others) {
    return Stream.of(some, others).flatMap(Set::stream).collect(Collectors.toSet());
  }

  private static String find(String text, String pattern, String result) {
    MatchResult found = Pattern.compile(pattern).matcher(text).results().findFirst().orElseThrow();
    return Pattern.compile(pattern).matcher(found.group()).replaceFirst(result);
  }

  /** By {@code kubectl}, which needs no cluster for it. */
  private static String kustomized(Path directory) throws Exception {
    assumeTrue(isAtHand("kubectl"), "no kubectl to build with");
    Path errors = Files.createTempFile("kustomize", ".log");
    try {
      Process kubectl =
          new ProcessBuilder(List.of("kubectl", "kustomize", directory.toString()))
              .redirectError(errors.toFile())
              .start();
      String built = new String(kubectl.getInputStream().readAllBytes());
      assertEquals(0, kubectl.waitFor(), Files.readString(errors));
      return built;
    } finally {
      Files.delete(errors);
    }
  }

  private static boolean isAtHand(String program) {
    List<String> path = new ArrayList<>(List.of(System.getenv("PATH").split(":")));
    return path.stream().anyMatch(entry -> Files.isExecutable(Path.of(entry, program)));
  }
}
