package io.tidecast.job.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tidecast.job.config.JobConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What can be said of image and compose file without an engine to run them. */
class ComposeTest {
  private static final Path DOCKER = Path.of("..", "docker");
  private static final Pattern ENVIRONMENT = Pattern.compile("\\$\\{(\\w+)}");

  @Test
  void everyImageIsPinned() throws Exception {
    for (Map.Entry<String, Map<String, Object>> service : services().entrySet()) {
      String image = (String) service.getValue().get("image");
      assertTrue(
          image.matches("[\\w./-]+:v?\\d+\\.\\d+(\\.\\d+)?"), service.getKey() + ": " + image);
    }
    assertTrue(
        dockerfile().contains("FLINK_IMAGE=flink:" + flinkVersion() + "-"),
        "the image runs the Flink that the job was built for");
  }

  @Test
  void portsAreOpenOnThisMachineOnlyAndOnce() throws Exception {
    Set<String> ports = new HashSet<>();
    for (Map<String, Object> service : services().values()) {
      for (Object port : list(service.get("ports"))) {
        assertTrue(port.toString().startsWith("127.0.0.1:"), port.toString());
        assertTrue(ports.add(port.toString().split(":")[1]), port + " twice");
      }
    }
    assertFalse(ports.isEmpty());
  }

  @Test
  void whatAServiceWaitsForCanBeWaitedFor() throws Exception {
    Map<String, Map<String, Object>> services = services();
    for (Map<String, Object> service : services.values()) {
      for (Map.Entry<String, Object> wait : map(service.get("depends_on")).entrySet()) {
        Map<String, Object> other = services.get(wait.getKey());
        assertTrue(other != null, wait.getKey());
        if (map(wait.getValue()).get("condition").equals("service_healthy")) {
          assertTrue(other.containsKey("healthcheck"), wait.getKey() + " has no health check");
        }
      }
    }
  }

  @Test
  void mountedFilesExistAndVolumesAreDeclared() throws Exception {
    Set<String> declared = map(compose().get("volumes")).keySet();
    for (Map<String, Object> service : services().values()) {
      for (Object volume : list(service.get("volumes"))) {
        String source = volume.toString().split(":")[0];
        assertTrue(
            source.startsWith("./")
                ? Files.exists(DOCKER.resolve(source))
                : declared.contains(source),
            source);
      }
    }
  }

  @Test
  void everySecretIsInTheExampleAndNowhereElse() throws Exception {
    String text = read("compose.yaml");
    Set<String> used =
        ENVIRONMENT.matcher(text).results().map(m -> m.group(1)).collect(Collectors.toSet());
    Set<String> given =
        read(".env.example")
            .lines()
            .filter(line -> line.matches("\\w+=.*"))
            .map(line -> line.replaceFirst("=.*", ""))
            .collect(Collectors.toSet());

    assertEquals(given, used);
    assertFalse(
        text.lines().anyMatch(line -> line.matches("(?i).*password: *[^$ ].*")), "a password");
  }

  @Test
  void whatGrafanaAndTheJobsReadFromTheirEnvironmentIsGiven() throws Exception {
    Set<String> grafana = environment("grafana").keySet();
    for (String file : List.of("datasources/datasources.yaml", "alerting/contact-points.yaml")) {
      Matcher used = ENVIRONMENT.matcher(read("grafana/provisioning/" + file));
      while (used.find()) {
        assertTrue(grafana.contains(used.group(1)), used.group(1) + " in " + file);
      }
    }
    for (String service : List.of("forecast-jobmanager", "store-jobmanager", "feeder")) {
      Matcher used = ENVIRONMENT.matcher(read("conf/weather.yaml"));
      while (used.find()) {
        assertTrue(environment(service).containsKey(used.group(1)), used.group(1));
      }
    }
  }

  @Test
  void theConfigurationIsOneTheJobTakes() throws Exception {
    String text = ENVIRONMENT.matcher(read("conf/weather.yaml")).replaceAll("given");
    Path file = Files.createTempFile("weather", ".yaml");
    try {
      Files.writeString(file, text);
      assertEquals("weather", JobConfig.read(file).domain());
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void scrapedMachinesAreServices() throws Exception {
    Matcher targets =
        Pattern.compile("- ([\\w-]+):9249").matcher(read("prometheus/prometheus.yml"));
    Set<String> scraped = targets.results().map(m -> m.group(1)).collect(Collectors.toSet());

    assertEquals(4, scraped.size());
    assertTrue(services().keySet().containsAll(scraped));
    for (String service : scraped) {
      assertTrue(
          environment(service).get("FLINK_PROPERTIES").toString().contains("prom.port: 9249"));
    }
  }

  @Test
  void theImageRunsAsNobodyInParticularAndCarriesOneCopyOfTheNatives() throws Exception {
    String text = dockerfile();

    assertTrue(text.strip().endsWith("USER 9999:9999"), "not root");
    assertFalse(text.contains("ADD "), "nothing from elsewhere");
    assertTrue(text.contains("nd4j-*.jar") && text.contains("/opt/flink/lib/"), "ND4J in lib");
    assertTrue(text.contains("tidecast-job.jar /opt/flink/usrlib/"), "the job in usrlib");
  }

  private static String flinkVersion() throws Exception {
    Matcher version =
        Pattern.compile("<flink.version>(.*)</flink.version>")
            .matcher(Files.readString(Path.of("..", "pom.xml")));
    assertTrue(version.find());
    return version.group(1);
  }

  private static String dockerfile() throws Exception {
    return read("Dockerfile");
  }

  private static String read(String file) throws Exception {
    return Files.readString(DOCKER.resolve(file));
  }

  private static Map<String, Object> compose() throws Exception {
    return map(new Yaml().load(read("compose.yaml")));
  }

  private static Map<String, Map<String, Object>> services() throws Exception {
    return map(compose().get("services")).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, service -> map(service.getValue())));
  }

  private static Map<String, Object> environment(String service) throws Exception {
    return map(services().get(service).get("environment"));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object node) {
    return node == null ? Map.of() : (Map<String, Object>) node;
  }

  private static List<?> list(Object node) {
    return node == null ? List.of() : (List<?>) node;
  }
}
