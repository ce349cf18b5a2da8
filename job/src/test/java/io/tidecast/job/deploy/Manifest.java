package io.tidecast.job.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.tidecast.job.config.ConfigFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * One document of YAML for Kubernetes, checked more strictly than a cluster does: a key that its
 * kind does not know is an error, wherever it stands.
 */
record Manifest(JsonNode node) {
  static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final ConfigFile MINIMAL =
      ConfigFile.parse(
          "{domain: d, series: {step: PT1H, targets: [v]}, forecast: {horizon: 1}}", Map.of());

  private static final Map<String, Class<?>> KUBERNETES =
      Map.of(
          "v1/ConfigMap", ConfigMap.class,
          "v1/PersistentVolumeClaim", PersistentVolumeClaim.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "rbac.authorization.k8s.io/v1/Role", Role.class,
          "rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

  /** Flink versions that operators later than the one on Maven Central know. */
  private static final List<String> LATER = List.of("v2_0", "v2_1", "v2_2", "v2_3", "v2_4");

  static List<Manifest> all(String text) throws IOException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return documents.readAll().stream().map(Manifest::new).toList();
    }
  }

  String kind() {
    return node.path("kind").asText();
  }

  String name() {
    return node.at("/metadata/name").asText();
  }

  /** What is wrong with it; empty if nothing is. */
  Set<String> faults() throws IOException {
    return switch (kind()) {
      case "FlinkDeployment" -> {
        Set<String> faults = against(flinkDeployment());
        faults.addAll(flinkKeys());
        yield faults;
      }
      case "PodMonitor", "PrometheusRule" -> against(monitoring().get(kind()));
      default -> againstKubernetes();
    };
  }

  private Set<String> against(JsonNode schema) {
    Set<String> faults = new TreeSet<>();
    JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
        .getSchema(closed(schema))
        .validate(node)
        .stream()
        .map(ValidationMessage::getMessage)
        .forEach(faults::add);
    return faults;
  }

  /**
   * To the operator Flink's settings are any text; a configuration of the job knows Flink's own.
   */
  private Set<String> flinkKeys() {
    Set<String> faults = new TreeSet<>();
    node.at("/spec/flinkConfiguration")
        .properties()
        .forEach(
            setting -> {
              try {
                MINIMAL.with("flink." + setting.getKey(), setting.getValue().asText()).job();
              } catch (IllegalArgumentException e) {
                faults.add(e.getMessage());
              }
            });
    return faults;
  }

  private Set<String> againstKubernetes() {
    Class<?> type = KUBERNETES.get(node.path("apiVersion").asText() + "/" + kind());
    if (type == null) {
      return Set.of("unknown: " + node.path("apiVersion") + " " + kind());
    }
    try {
      strict().treeToValue(node, type);
      return Set.of();
    } catch (JsonProcessingException e) {
      return Set.of(e.getOriginalMessage());
    }
  }

  /** The models collect unknown keys; here those are errors instead. */
  private static ObjectMapper strict() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.setAnnotationIntrospector(
        new JacksonAnnotationIntrospector() {
          private static final long serialVersionUID = 1;

          @Override
          public Boolean hasAnySetter(Annotated member) {
            return false;
          }
        });
    return mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  }

  private static JsonNode flinkDeployment() throws IOException {
    try (InputStream definition =
        Manifest.class.getResourceAsStream(
            "/META-INF/fabric8/flinkdeployments.flink.apache.org-v1.yml")) {
      JsonNode schema =
          YAML.readTree(definition).at("/spec/versions/0/schema/openAPIV3Schema").deepCopy();
      ObjectNode all = (ObjectNode) schema.path("properties");
      for (String standard : List.of("apiVersion", "kind", "metadata")) {
        all.putObject(standard);
      }
      ArrayNode versions = (ArrayNode) schema.at("/properties/spec/properties/flinkVersion/enum");
      LATER.forEach(versions::add);
      return schema;
    }
  }

  private static JsonNode monitoring() throws IOException {
    try (InputStream schemas = Manifest.class.getResourceAsStream("monitoring.yaml")) {
      return YAML.readTree(schemas);
    }
  }

  /** The same schema, in which an object has the keys it names and no others. */
  private static JsonNode closed(JsonNode schema) {
    if (schema instanceof ObjectNode object) {
      if (object.path("properties").isObject()
          && !object.has("additionalProperties")
          && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
        object.put("additionalProperties", false);
      }
      if (object.path("x-kubernetes-int-or-string").asBoolean()) {
        object.putArray("type").add("integer").add("string");
      }
    }
    schema.forEach(Manifest::closed);
    return schema;
  }
}
